import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Identity } from './certificates'
import { tcpSite } from './sites'

/** What a server of a test says first, and what to which lines. */
export interface Script {
  greeting?: string
  answers: [line: RegExp, answer: string][]
  /** Becomes the server of a TLS connection after this answer. */
  tls?: { after: string; chain: Identity[]; talk?: (socket: Socket) => void }
}

/**
 * A server that talks by a script before TLS.
 * @returns its port, and the lines it was sent
 */
export async function talker({ greeting, answers, tls }: Script) {
  const lines: string[] = []
  const site = await tcpSite(socket => {
    if (greeting) socket.write(greeting)
    socket.on('data', function hear(bytes: Buffer) {
      const line = bytes.toString('latin1').replace(/\r\n$/, '')
      lines.push(line)
      const answer = answers.find(([pattern]) => pattern.test(line))?.[1]
      if (answer === undefined) return
      socket.write(answer)
      if (!tls || tls.after !== answer) return
      socket.off('data', hear)
      const [leaf] = tls.chain
      const cert = tls.chain.map(link => link.cert).join('')
      const secured = new TLSSocket(socket, { isServer: true, cert, key: leaf?.key })
      secured.on('error', () => {}) // tests break connections on purpose
      secured.resume()
      tls.talk?.(secured)
    })
  })
  return { port: site.port, lines }
}

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  key: string
  subject: string
  text: string
}

/** A mail server that keeps what it gets. */
export async function startMailbox() {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, _session, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', part => {
        text += part
      })
      stream.on('end', () => {
        mails.push({ key: headerOf(text, 'X-Tailrace-Key'), subject: headerOf(text, 'Subject'), text })
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return { mails, port, stop: () => new Promise<void>(resolve => server.close(() => resolve())) }
}

export type Mailbox = Awaited<ReturnType<typeof startMailbox>>

const headerOf = (mail: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(mail)?.[1]?.trim() ?? ''

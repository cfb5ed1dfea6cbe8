import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type Answer, type DecodedPacket, decode, encode, type Question, TRUNCATED_RESPONSE } from 'dns-packet'

/** Values of the header's last four bits (RFC 1035 section 4.1.1). */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 }

/** What a name server answers to a question. */
export interface Answering {
  rcode?: number
  answers?: Answer[]
  /** Over UDP: the answer does not fit. */
  truncated?: boolean
  /** Instead of an answer made of the above: messages as they are sent, none for silence. */
  raw?: (query: DecodedPacket, message: Buffer) => Buffer[]
}

export type Respond = (question: Question, transport: 'udp' | 'tcp', count: number) => Answering

/** A name server on loopback, on the same port over UDP and over TCP. */
export async function nameServer(respond: Respond, { tcp = true } = {}) {
  const asked: string[] = []
  const sockets = new Set<Socket>()

  function reply(message: Buffer, transport: 'udp' | 'tcp'): Buffer[] {
    const query = decode(message)
    const [question] = query.questions ?? []
    if (!question) return []
    asked.push(`${transport} ${question.type} ${question.name}`)
    const { rcode = RCODE.NOERROR, answers = [], truncated, raw } = respond(question, transport, asked.length)
    const isCut = truncated && transport === 'udp'
    const flags = rcode | (isCut ? TRUNCATED_RESPONSE : 0)
    const plain = encode({
      type: 'response',
      id: query.id,
      flags,
      questions: [question],
      answers: isCut ? [] : answers,
    })
    return raw ? raw(query, plain) : [plain]
  }

  const stream = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {}) // tests break connections on purpose
    socket.on('data', bytes => {
      for (const message of reply(bytes.subarray(2), 'tcp')) socket.write(framed(message))
    })
  })
  if (!tcp) stream.on('connection', socket => socket.destroy())
  stream.listen(0, '127.0.0.1')
  await once(stream, 'listening')
  const { port } = stream.address() as AddressInfo
  const datagrams = createSocket('udp4', (bytes, { port: from, address }) => {
    for (const message of reply(bytes, 'udp')) datagrams.send(message, from, address)
  })
  datagrams.bind(port, '127.0.0.1')
  await once(datagrams, 'listening')

  return {
    address: `127.0.0.1:${port}`,
    port,
    /** What was asked, such as `udp A example.org`. */
    asked,
    async stop() {
      datagrams.close()
      for (const socket of sockets) socket.destroy()
      stream.close()
      await once(stream, 'close')
    },
  }
}

const framed = (message: Buffer) => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

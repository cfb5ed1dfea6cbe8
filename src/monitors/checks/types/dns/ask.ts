import { createSocket } from 'node:dgram'
import { on, once } from 'node:events'
import { isIPv6, type Socket } from 'node:net'
import { isLate } from '../../../../base/deadline'
import { type Refused, refusalOf, refused } from '../../../../base/failure'
import { Incoming } from '../../incoming'
import { createQuery, type Question, type Reply, readReply } from './message'

/** RFC 1035 section 4.2.1: queries may be lost, and are repeated every two to five seconds. */
const REPEAT_MS = 2_000
/** Two bytes give the length of a message over TCP (RFC 1035 section 4.2.2). */
const LENGTH_BYTES = 2
const MESSAGE_BYTES_MAX = 0xffff + LENGTH_BYTES

/**
 * Asks over UDP, from a port of the system's random choice (RFC 5452 section 9.2). What does not belong to the query is
 * ignored.
 * @param address one that the guard has allowed
 */
export async function askUdp(
  address: string,
  port: number,
  question: Question,
  signal: AbortSignal,
): Promise<Reply | Refused> {
  const query = createQuery(question)
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const send = () => socket.send(query.bytes)
  let repeat: NodeJS.Timeout | undefined
  try {
    signal.throwIfAborted()
    socket.connect(port, address) // so that the system drops what others send, and reports that nobody listens
    await once(socket, 'connect', { signal })
    const messages = on(socket, 'message', { signal })
    repeat = setInterval(send, REPEAT_MS)
    send()
    for await (const [bytes] of messages) {
      const reply = readReply(bytes, query)
      if (reply) return checked(reply)
    }
    throw new Error('The messages of a socket do not end')
  } catch (error) {
    return refusal(error, signal)
  } finally {
    clearInterval(repeat)
    socket.close()
  }
}

/** Asks over an open TCP connection. */
export async function askTcp(socket: Socket, question: Question, signal: AbortSignal): Promise<Reply | Refused> {
  const query = createQuery(question)
  const incoming = new Incoming(socket, signal, MESSAGE_BYTES_MAX)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt16BE(query.bytes.length)
  socket.write(Buffer.concat([length, query.bytes]))
  try {
    const bytes = await incoming.until(whole)
    if (!bytes)
      return refused('response_incomplete', 'The name server closed the connection before its answer was complete')
    const reply = readReply(bytes, query)
    return reply ? checked(reply) : invalid('it belongs to another query')
  } catch (error) {
    return refusal(error, signal)
  }
}

function whole(received: Buffer): Buffer | undefined {
  if (received.length < LENGTH_BYTES) return undefined
  const end = LENGTH_BYTES + received.readUInt16BE(0)
  return received.length < end ? undefined : received.subarray(LENGTH_BYTES, end)
}

const checked = (reply: Reply | { problem: string }) => ('problem' in reply ? invalid(reply.problem) : reply)
const invalid = (problem: string) =>
  refused('dns_answer_invalid', `The answer of the name server is not valid: ${problem}`)

const refusal = (error: unknown, signal: AbortSignal) =>
  isLate(signal)
    ? refused('dns_timeout', 'The name server did not answer in time')
    : refusalOf(error, 'first_byte', signal)

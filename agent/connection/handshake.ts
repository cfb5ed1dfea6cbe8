import { randomBytes } from 'node:crypto'
import { CAPABILITIES, PROTOCOL, type ServerMessage } from '../../src/contract/agent-protocol'
import type { Facts } from './enroll'
import type { Identity } from './identity'
import { type AgentSocket, ConnectionError } from './socket'

/** For all of it; otherwise a server that says nothing would be waited for forever. */
const TIMEOUT_MS = 15_000
/** An agent that the server does not know does not become known by asking often. */
const DENIED_RETRY_MS = 5 * 60_000
const DENIED = ['unknown_agent', 'revoked', 'bad_proof', 'unsupported']

export type Welcome = Extract<ServerMessage, { t: 'welcome' }>

interface Needs {
  identity: Identity
  facts: Facts
  backlog: number
  allowsActions: boolean
  now(): number
}

/** Each side proves who it is; the agent says nothing of the machine before the server has. @throws ConnectionError */
export async function shakeHands(socket: AgentSocket, needs: Needs): Promise<Welcome> {
  const { identity, facts, backlog, allowsActions, now } = needs
  const { take, left } = receiver(socket)
  const timer = setTimeout(() => socket.fail(new ConnectionError('The server did not answer in time.')), TIMEOUT_MS)
  try {
    const { nonce } = await take('challenge')
    const agentNonce = randomBytes(32).toString('base64url')
    const parts = { agentId: identity.agentId, serverNonce: nonce, agentNonce }
    const range = { protocol_min: PROTOCOL.min, protocol_max: PROTOCOL.max }
    await socket.send({ t: 'prove', agent_id: identity.agentId, nonce: agentNonce, ...range })
    const proof = await take('proof')
    if (!identity.isServer(parts, proof.signature))
      throw new ConnectionError(
        'The server is not the one this agent was enrolled with: its proof is wrong. Nothing was sent to it.',
        DENIED_RETRY_MS,
      )
    const capabilities = CAPABILITIES.filter(each => each !== 'actions' || allowsActions)
    await socket.send({ t: 'hello', signature: identity.sign(parts), facts, capabilities, clock: now(), backlog })
    return await take('welcome')
  } finally {
    clearTimeout(timer)
    socket.hold(left)
  }
}

type Of<T extends ServerMessage['t']> = Extract<ServerMessage, { t: T }>

/** Messages in the order in which they come. */
function receiver(socket: AgentSocket) {
  const come: ServerMessage[] = []
  let wake: () => void = () => undefined
  socket.onMessage(message => {
    come.push(message)
    wake()
  })
  const take = async <T extends ServerMessage['t']>(expected: T): Promise<Of<T>> => {
    while (come.length === 0) {
      const news = new Promise<void>(resolve => {
        wake = resolve
      })
      await Promise.race([socket.ended, news])
    }
    const message = come.shift() as ServerMessage
    if (message.t === expected) return message as Of<T>
    throw message.t === 'refused'
      ? refusal(message)
      : new ConnectionError(`The server sent ${message.t} for ${expected}.`)
  }
  return { take, left: come }
}

export function refusal({ code, message, retry_after_ms }: Of<'refused'>): ConnectionError {
  const retryMs = DENIED.includes(code) ? Math.max(retry_after_ms, DENIED_RETRY_MS) : retry_after_ms
  return new ConnectionError(`The server refused the agent (${code}): ${message}`, retryMs, code)
}

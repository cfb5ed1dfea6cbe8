import { randomBytes } from 'node:crypto'
import type { Db } from '../../base/db'
import { type AgentMessage, CAPABILITIES, PROTOCOL, signedText } from '../../contract/agent-protocol'
import { findProving, type ProvingAgent } from '../agents/agent-store'
import { isSignedBy } from '../agents/keys'
import type { Connecting } from '../agents/presence-store'
import type { ServerKey } from '../agents/server-key'
import { REFUSALS, type Refusal } from './refusal'

type Prove = Extract<AgentMessage, { t: 'prove' }>
type Hello = Extract<AgentMessage, { t: 'hello' }>

interface Deps {
  db: Db
  key: ServerKey
}

const NONCE_BYTES = 32

/** Both sides prove that they have their keys, each by signing what the other has made up for this connection. */
export class Handshake {
  readonly nonce = randomBytes(NONCE_BYTES).toString('base64url')
  private claimed: { agent: ProvingAgent; agentNonce: string; protocol: number } | undefined

  constructor(private readonly deps: Deps) {}

  /** The protocol version in use, once it is known. */
  get protocol(): number {
    return this.claimed?.protocol ?? PROTOCOL.max
  }

  /** @returns the signature of the server, or why the agent is refused */
  async prove({ agent_id, nonce, protocol_min, protocol_max }: Prove): Promise<string | Refusal> {
    const protocol = Math.min(protocol_max, PROTOCOL.max)
    if (protocol < Math.max(protocol_min, PROTOCOL.min)) return REFUSALS.unsupported
    const agent = await findProving(this.deps.db, agent_id)
    if (!agent) return REFUSALS.unknownAgent
    this.claimed = { agent, agentNonce: nonce, protocol }
    return this.deps.key.sign(signedText('server', this.signed(agent, nonce)))
  }

  /** @returns the agent that has proved itself, or why it is refused */
  greet({ signature, facts, capabilities, clock, backlog }: Hello): Connecting | Refusal {
    if (!this.claimed) return REFUSALS.badMessage
    const { agent, agentNonce } = this.claimed
    const text = signedText('agent', this.signed(agent, agentNonce))
    if (!isSignedBy(agent.public_key, text, signature)) return REFUSALS.badProof
    return {
      agentId: agent.id,
      facts,
      capabilities: CAPABILITIES.filter(each => capabilities.includes(each)),
      clockOffsetMs: clock - Date.now(),
      backlog,
    }
  }

  private signed(agent: ProvingAgent, agentNonce: string) {
    return { agentId: agent.id, serverNonce: this.nonce, agentNonce }
  }
}

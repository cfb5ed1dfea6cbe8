import { recordAuditIn } from '../../access'
import { created, type Endpoint, endpoint } from '../../api'
import { badRequest, Problem } from '../../base/errors'
import { hashSecret, newId } from '../../base/ids'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import { agentRoutes as routes } from '../../contract/agents'
import type { Effect, Writer } from '../../streams'
import { spendToken } from '../tokens/token-store'
import type { AgentFacts } from './agent-facts'
import { insertAgent } from './agent-store'
import { publicKeyOf } from './keys'
import type { ServerKey } from './server-key'

interface Deps {
  streams: Pick<Writer, 'commit'>
  log: Log
  key: ServerKey
}

interface Enrolling {
  id: string
  tokenHash: string
  publicKey: string
  facts: AgentFacts
}

/** Enrolls agents, each with its token. @returns whether the token was good */
const enrollEffect: Effect<Enrolling, boolean> = {
  name: 'agents.enroll',
  async apply(trx, items) {
    const results: boolean[] = []
    const entries = []
    for (const { id, tokenHash, publicKey, facts } of items) {
      const token = await spendToken(trx, tokenHash)
      results.push(token !== undefined)
      if (!token) {
        entries.push([])
        continue
      }
      const { tenant_id: tenantId, id: tokenId } = token
      await insertAgent(trx, { id, tenantId, tokenId, name: facts.hostname, publicKey, facts })
      const actor = { type: 'system' as const, id: tokenId, name: `Agent token ${tokenId}` }
      const target = { type: 'agent', id }
      const data = { hostname: facts.hostname, token_id: tokenId }
      entries.push(await recordAuditIn(trx, [{ by: { tenantId, actor }, action: 'agent.enroll', target, data }]))
    }
    return { results, entries }
  },
}

/** Enrolls an agent. Nobody stores the token: the agent proves itself by its own key from then on. */
export function enrollRoute({ streams, log, key }: Deps): Endpoint {
  const refusals = limitedLog(log)
  return endpoint(routes.enroll, async ({ body: { public_key: publicKey, facts }, req }) => {
    if (!publicKeyOf(publicKey))
      throw badRequest([{ path: 'body.public_key', message: 'must be an Ed25519 public key in base64url' }])
    const token = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
    if (!token) throw refused('Send the token of the agent as "Authorization: Bearer <token>".')
    const id = newId()
    const server_key = await key.publicKey()
    const wasGood = await streams.commit(enrollEffect, { id, tokenHash: hashSecret(token), publicKey, facts })
    if (!wasGood) {
      refusals.warn('An agent was refused: its token is wrong, used or expired', { hostname: facts.hostname })
      throw refused('This token is unknown, was used already, or has expired. Create a new one.')
    }
    log.info('An agent has enrolled', { agent_id: id, hostname: facts.hostname })
    return created({ agent_id: id, name: facts.hostname, server_key })
  })
}

const refused = (detail: string) =>
  new Problem(401, 'invalid_token', detail, [], { 'WWW-Authenticate': 'Bearer realm="Tailrace agents"' })

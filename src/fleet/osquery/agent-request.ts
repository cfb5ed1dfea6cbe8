import { withTimeout } from '../../base/request-timeout'
import type { Agent, AgentApi } from '../agent'
import type { Body } from './body'
import { cleanText } from './json'
import { STORE_MS_MAX } from './limits'
import { NodeInvalid, Refusal } from './refusal'

/** A request of an agent. */
export interface AgentRequest {
  api: AgentApi
  body: Body
  /** The header; agents send `NodeKey <key>` since osquery 5.23. */
  authorization: string | undefined
  /** `osquery/5.23.1` */
  userAgent: string | undefined
  /** Aborted when the agent disconnects. */
  disconnected: AbortSignal
}

/**
 * Finds the agent by its node key, before any of the body is parsed. The key is in the body and, with newer agents,
 * also in the header; the one in the body takes precedence.
 * @throws NodeInvalid, Refusal, Unavailable
 */
export async function authenticate({ api, body, authorization }: AgentRequest): Promise<Agent> {
  const [, headerKey] = authorization?.match(/^NodeKey +(\S+)$/i) ?? []
  const byHeader = headerKey === undefined ? undefined : await api.agentOf(headerKey)
  if (byHeader) await body.authenticated()
  const key = await body.find('node_key')
  // The key may be in the truncated part: `node_invalid` would make the agent enroll again without need.
  if (!key && !headerKey && body.isTruncated)
    throw new Refusal(413, 'The body is too large, and no node_key was found in it.')
  const agent = !key || key === headerKey ? byHeader : await api.agentOf(cleanText(key))
  if (!agent) throw new NodeInvalid()
  if (!byHeader) await body.authenticated()
  return agent
}

/**
 * Waits for the work on a request that has been read. If it takes too long, the agent is told to try again, and the
 * body counts as held until the work has ended.
 * @throws Unavailable, and what the work throws
 */
export const finish = <T>({ body }: AgentRequest, work: () => Promise<T>): Promise<T> =>
  withTimeout(STORE_MS_MAX, () => body.usedBy(work()))

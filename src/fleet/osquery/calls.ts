import { withTimeout } from '../../base/request-timeout'
import type { Agent, AgentApi } from '../agent'
import type { Body } from './body'
import { cleanText } from './json'
import { STORE_MS_MAX } from './limits'
import { NodeInvalid, Refusal } from './refusal'

/** One request of an agent. */
export interface Call {
  api: AgentApi
  body: Body
  /** The header's text; agents send `NodeKey <key>` since osquery 5.23. */
  authorization: string | undefined
  /** `osquery/5.23.1` */
  userAgent: string | undefined
  /** Aborted when the agent hangs up. */
  gone: AbortSignal
}

/**
 * Who calls, before anything of the body is parsed: by the key in the body, which all agents send, else by the header. Until then it
 * is a stranger's.
 * @throws NodeInvalid, Refusal, Away
 */
export async function agentOf({ api, body, authorization }: Call): Promise<Agent> {
  const [, given] = authorization?.match(/^NodeKey +(\S+)$/i) ?? []
  const named = given === undefined ? undefined : await api.agentOf(given)
  if (named) await body.admit()
  const key = await body.find('node_key')
  // the key may have been lost with a part of the body; an agent should not enrol again because of that
  if (!key && !given && body.isCut) throw new Refusal(413, 'The body is too large, and no node_key was found in it.')
  const agent = !key || key === given ? named : await api.agentOf(cleanText(key))
  if (!agent) throw new NodeInvalid()
  if (!named) await body.admit()
  return agent
}

/**
 * Waits for what is done with a request that is read. When it takes too long the agent is told to come again, and its body counts as held
 * until the work is over.
 * @throws Away, and what the work throws
 */
export const finish = <T>({ body }: Call, work: () => Promise<T>): Promise<T> =>
  withTimeout(STORE_MS_MAX, () => body.usedBy(work()))

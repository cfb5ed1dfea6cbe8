import type { Agent, AgentApi } from '../agent'
import type { Body } from './body'
import type { Fields } from './fields'
import { cleanText } from './json'
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
 * Who calls: by the key in the body, which all agents send, else by the header.
 * @param isCut whether the key may have been lost with a part of the body; an agent should not enrol again because of that
 * @throws NodeInvalid, Refusal 413
 */
export async function agentOf({ api, authorization }: Call, fields: Fields, isCut = false): Promise<Agent> {
  const key = keyIn(fields, authorization)
  if (!key && isCut) throw new Refusal(413, 'The body is too large, and no node_key was found at its end.')
  const agent = key ? await api.agentOf(key) : undefined
  if (!agent) throw new NodeInvalid()
  return agent
}

/** @returns the empty text when there is none */
export function keyIn({ node_key }: Fields, authorization: string | undefined): string {
  if (typeof node_key === 'string' && node_key) return cleanText(node_key)
  return authorization?.match(/^NodeKey +(\S+)$/i)?.[1] ?? ''
}

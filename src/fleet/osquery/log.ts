import type { Log } from '../../base/log'
import { agentOf, type Call, finish } from './calls'
import { cleanText, textOf } from './json'
import { readLog } from './log-batch'

/** `POST /osquery/log`: rows of scheduled queries, or lines of the agent's own log. */
export async function log(call: Call, ours: Log): Promise<object> {
  const agent = await agentOf(call)
  const { fields, batch } = await readLog(call.body)
  if (batch) await finish(call, () => call.api.log(agent, batch))
  else
    ours.warn('An agent delivered a log of unknown type', { host_id: agent.hostId, log_type: named(fields.log_type) })
  return {}
}

const named = (type: unknown) => cleanText(textOf(type)).slice(0, 100)

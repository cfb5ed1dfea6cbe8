import type { Log } from '../../base/log'
import { type AgentRequest, authenticate, finish } from './agent-request'
import { cleanText, textOf } from './json'
import { readLog } from './log-batch'

/** `POST /osquery/log`: rows of scheduled queries, or lines of the agent's own log. */
export async function log(request: AgentRequest, serverLog: Log): Promise<object> {
  const agent = await authenticate(request)
  const { fields, batch } = await readLog(request.body)
  if (batch) await finish(request, () => request.api.log(agent, batch))
  else
    serverLog.warn('An agent sent a log of an unknown type', {
      host_id: agent.hostId,
      log_type: shortened(fields.log_type),
    })
  return {}
}

const shortened = (type: unknown) => cleanText(textOf(type)).slice(0, 100)

import { Problem } from '../../base/errors'
import type { Log } from '../../base/log'
import { isOutage } from '../../base/outage'
import { AgentGone, NodeInvalid, Refusal } from './refusal'

interface Reply {
  status: number
  /** An object is sent as JSON. */
  body: object | string
}

/**
 * Whether a failure is reported as plain text. Agents take any JSON as the success of a block, and send the next one;
 * after anything else they send the block again, three times since osquery 5.22. A `carve_init` is not repeated when the
 * reply is JSON: so refusals are JSON, and failures of the server are not (osquery/carver/carver.cpp, postCarve).
 */
const isPlain = (route: string, status: number) => route === 'carve_block' || (route === 'carve_init' && status >= 500)

/**
 * The reply to a failed request. The status is for proxies and monitors; agents ignore it.
 * @returns nothing when the agent has disconnected
 */
export function replyTo(error: unknown, route: string, log: Log): Reply | undefined {
  if (error instanceof AgentGone) return undefined
  if (error instanceof NodeInvalid) return { status: route === 'enroll' ? 200 : 401, body: { node_invalid: true } }
  const { status, message } = describe(error)
  if (status === 500)
    log.error('A request of an agent failed because of a bug', {
      route,
      error: error instanceof Error ? error : new Error(String(error)),
    })
  return { status, body: isPlain(route, status) ? `error: ${message}\n` : { error: message } }
}

function describe(error: unknown): { status: number; message: string } {
  if (error instanceof Refusal) return error
  if (error instanceof Problem) return { status: error.status, message: error.detail }
  if (isOutage(error))
    return { status: 503, message: 'A part of this service is unavailable or too busy at the moment. Try again soon.' }
  return { status: 500, message: 'Something went wrong here. The log has the details.' }
}

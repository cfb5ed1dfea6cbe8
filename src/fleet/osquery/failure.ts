import { Problem } from '../../base/errors'
import type { Log } from '../../base/log'
import { isOutage } from '../../base/outage'
import { AgentDisconnected, NodeInvalid, Refusal } from './refusal'

interface Reply {
  status: number
  /** An object is sent as JSON. */
  body: object | string
}

/**
 * Whether a failure is reported as plain text. Agents treat any JSON as the success of a block and send the next one;
 * after anything else they retry the block, three times since osquery 5.22. They do not retry a `carve_init` when the
 * response is JSON, so refusals are JSON and server errors are not (osquery/carver/carver.cpp, postCarve).
 */
const isPlain = (route: string, status: number) => route === 'carve_block' || (route === 'carve_init' && status >= 500)

/**
 * The response to a failed request. The status is for proxies and monitoring; agents ignore it.
 * @returns undefined if the agent has disconnected
 */
export function replyTo(error: unknown, route: string, log: Log): Reply | undefined {
  if (error instanceof AgentDisconnected) return undefined
  if (error instanceof NodeInvalid) return { status: route === 'enroll' ? 200 : 401, body: { node_invalid: true } }
  const { status, message } = describe(error)
  if (status === 500)
    log.error('An agent request failed because of a bug', {
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
  return { status: 500, message: 'Internal error. See the server log for details.' }
}

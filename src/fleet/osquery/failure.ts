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
 * Whether a failure is told in plain text. Agents take any JSON for the success of a block, and send the next one: what is none
 * they send again, three times since osquery 5.22, and then stop. A start without a session they do not repeat when the
 * answer is JSON: so what we refuse is JSON, and what failed because of us is not (osquery/carver/carver.cpp, postCarve).
 */
const isPlain = (route: string, status: number) => route === 'carve_block' || (route === 'carve_init' && status >= 500)

/**
 * What an agent is told when a call has failed. The status is for proxies and monitors, agents do not look at it.
 * @returns nothing when nobody listens any more
 */
export function replyTo(error: unknown, route: string, log: Log): Reply | undefined {
  if (error instanceof AgentGone) return undefined
  if (error instanceof NodeInvalid) return { status: route === 'enroll' ? 200 : 401, body: { node_invalid: true } }
  const { status, message } = told(error)
  if (status === 500)
    log.error('A request of an agent failed because of a bug', {
      route,
      error: error instanceof Error ? error : new Error(String(error)),
    })
  return { status, body: isPlain(route, status) ? `error: ${message}\n` : { error: message } }
}

function told(error: unknown): { status: number; message: string } {
  if (error instanceof Refusal) return error
  if (error instanceof Problem) return { status: error.status, message: error.detail }
  if (isOutage(error))
    return { status: 503, message: 'A part of this service is away or too busy at the moment. Try again soon.' }
  return { status: 500, message: 'Something went wrong here. The log has the details.' }
}

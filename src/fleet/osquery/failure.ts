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
 * Where agents take any JSON for an answer, and do not ask again. What they are to send again, because we failed and
 * not they, is told in something else; they give up after three times (before osquery 5.22 at once).
 */
const PLAIN_ROUTES = ['carve_init', 'carve_block']

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
  return { status, body: PLAIN_ROUTES.includes(route) && status >= 500 ? `error: ${message}\n` : { error: message } }
}

function told(error: unknown): { status: number; message: string } {
  if (error instanceof Refusal) return error
  if (error instanceof Problem) return { status: error.status, message: error.detail }
  if (isOutage(error)) return { status: 503, message: 'A part of this service is away at the moment. Try again soon.' }
  return { status: 500, message: 'Something went wrong here. The log has the details.' }
}

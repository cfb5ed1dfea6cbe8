import type { Request, RequestHandler, Response } from 'express'
import { newId } from '../base/ids'
import { limitedLog } from '../base/limited-log'
import type { Facts, Log } from '../base/log'
import { Histogram, type Registry } from '../base/metrics'
import { factsOf } from './request-facts'

const GIVEN_ID = /^[A-Za-z0-9._-]{8,64}$/
/** Asked every few seconds by machines: their lines would bury the others. */
const QUIET_ROUTES = /^\/(healthz|readyz|metrics|osquery\/.*)$/

/**
 * Gives each request an id, measures it, and writes one log line when it is over; of requests that nobody has signed in for, only the first
 * of a kind in a minute. Queries stay out of the log.
 */
export function requestLog(log: Log, metrics: Registry): RequestHandler {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer, without event streams.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [metrics],
  })
  const ofStrangers = limitedLog(log)
  return (req, res, next) => {
    const startedAt = performance.now()
    const given = req.get('x-request-id')
    const facts = factsOf(res)
    facts.requestId = given && GIVEN_ID.test(given) ? given : newId()
    res.setHeader('X-Request-Id', facts.requestId)
    res.once('close', () => {
      const durationMs = performance.now() - startedAt
      const route = facts.route ?? 'none'
      if (!isStream(res)) durations.observe({ route, method: methodOf(req), status: res.statusCode }, durationMs / 1000)
      const to = facts.principal ? log : ofStrangers
      to[levelOf(route, res.statusCode)](`${req.method} ${route} ${res.statusCode}`, line(req, res, durationMs))
    })
    next()
  }
}

const PATH_SHOWN_MAX = 200

/** Methods are the client's own words; a metric's labels must not be. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const methodOf = (req: Request) => (METHODS.has(req.method) ? req.method : 'other')

const isStream = (res: Response) => String(res.getHeader('content-type') ?? '').startsWith('text/event-stream')

function levelOf(route: string, status: number) {
  if (status >= 500) return 'warn'
  return QUIET_ROUTES.test(route) ? 'debug' : 'info'
}

function line(req: Request, res: Response, durationMs: number): Facts {
  const { requestId, route, principal, problem } = factsOf(res)
  return {
    request_id: requestId,
    method: req.method,
    ...(route ? { route } : { path: req.path.slice(0, PATH_SHOWN_MAX) }),
    status: res.statusCode,
    duration_ms: Math.round(durationMs * 10) / 10,
    ...(principal && { tenant_id: principal.tenantId, actor_id: principal.actor.id }),
    ...(problem && { problem }),
    ...(!res.writableFinished && { aborted: true }),
  }
}

import type { Socket } from 'node:net'
import type { Request, RequestHandler, Response } from 'express'
import type { Principal } from '../api'
import { newId } from '../base/ids'
import { limitedLog } from '../base/limited-log'
import type { Facts, Log } from '../base/log'
import { Histogram, type Registry } from '../base/metrics'

/** Facts about a request, collected while it is handled, for its log line. */
export interface RequestFacts {
  requestId?: string
  /** The matched pattern, never the path itself. */
  route?: string
  /** Pages, static files and whatever machines poll: logged at debug level, so that they do not bury other lines. */
  isRoutine?: boolean
  principal?: Principal
  /** Code of the problem sent, if any. */
  problem?: string
  /** A stream that goes on after its response was taken over. */
  stream?: { whenClosed(callback: (isAborted: boolean) => void): void }
}

export const factsOf = (res: Response): RequestFacts => res.locals as RequestFacts

const CLIENT_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/

interface RequestLogDeps {
  log: Log
  metrics: Registry
  /** Whether requests are logged; 5xx responses always are. */
  isOn: boolean
}

/**
 * Gives each request an id, measures it, and logs one line when it ends. Of unauthenticated requests, only the first of each
 * kind per minute is logged. Query strings are never logged.
 */
export function requestLog({ log, metrics, isOn }: RequestLogDeps): RequestHandler {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from receiving a request to the end of its response, event streams excluded.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [metrics],
  })
  const unauthenticatedLog = limitedLog(log)
  return (req, res, next) => {
    const startedAt = performance.now()
    const { socket } = req
    const sentBefore = socket.bytesWritten
    const given = req.get('x-request-id')
    const facts = factsOf(res)
    facts.requestId = given && CLIENT_REQUEST_ID.test(given) ? given : newId()
    res.setHeader('X-Request-Id', facts.requestId)
    res.once('close', () => {
      const { route = 'none', principal, stream } = facts
      if (!isStream(res)) {
        const seconds = (performance.now() - startedAt) / 1000
        durations.observe({ route, method: methodOf(req), status: res.statusCode }, seconds)
      }
      const level = levelOf(facts, res.statusCode)
      if (!isOn && level !== 'warn') return
      const target = principal ? log : unauthenticatedLog
      const write = writer(what(req, res), line(req, res), startedAt, socket, sentBefore, target[level])
      if (stream) stream.whenClosed(write)
      else write(!res.writableFinished)
    })
    next()
  }
}

/** Does not refer to the request, which would stay in memory as long as a stream. */
const writer =
  (message: string, facts: Facts, startedAt: number, socket: Socket, sentBefore: number, log: Log['info']) =>
  (isAborted: boolean) => {
    const duration_ms = Math.round((performance.now() - startedAt) * 10) / 10
    const bytes = socket.bytesWritten - sentBefore // headers included
    log(message, { ...facts, duration_ms, bytes, ...(isAborted && { aborted: true }) })
  }

const what = (req: Request, res: Response) =>
  `${req.method} ${factsOf(res).route ?? 'unknown address'} ${res.statusCode}`

const PATH_SHOWN_MAX = 200

/** Clients may send any method name; metric labels must come from a fixed set. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const methodOf = (req: Request) => (METHODS.has(req.method) ? req.method : 'other')

const isStream = (res: Response) => String(res.getHeader('content-type') ?? '').startsWith('text/event-stream')

function levelOf({ isRoutine = false }: RequestFacts, status: number) {
  if (status >= 500) return 'warn'
  return isRoutine ? 'debug' : 'info'
}

function line(req: Request, res: Response): Facts {
  const { requestId, route, principal, problem } = factsOf(res)
  return {
    method: req.method,
    ...(route ? { route } : { path: req.path.slice(0, PATH_SHOWN_MAX) }),
    status: res.statusCode,
    request_id: requestId,
    ...(principal && { tenant_id: principal.tenantId, actor_id: principal.actor.id }),
    ...(problem && { problem }),
  }
}

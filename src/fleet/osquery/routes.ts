import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import { Gauge, type Registry } from '../../base/metrics'
import type { AgentApi } from '../agent'
import { Body } from './body'
import type { Call } from './calls'
import { carveBlock, carveInit } from './carve'
import { read, write } from './distributed'
import { config, enroll } from './enroll'
import { replyTo } from './failure'
import { BODY_BYTES_MAX } from './limits'
import { log } from './log'
import { Rooms } from './rooms'

export interface OsqueryDeps {
  api: AgentApi
  log: Log
  metrics: Registry
}

/** Fits what the web server mounts. */
export interface OsqueryMount {
  path: '/osquery'
  /** Agents prove themselves by node keys. */
  roles: 'anyone'
  handler: RequestHandler
  onError: ErrorRequestHandler
}

interface Route {
  bytesMax: number
  answer(call: Call, log: Log): Promise<object>
}

const logRoute: Route = { bytesMax: BODY_BYTES_MAX.log, answer: log }
const ROUTES: Record<string, Route> = {
  enroll: { bytesMax: BODY_BYTES_MAX.enroll, answer: enroll },
  config: { bytesMax: BODY_BYTES_MAX.config, answer: config },
  log: logRoute,
  logger: logRoute,
  distributed_read: { bytesMax: BODY_BYTES_MAX.read, answer: read },
  distributed_write: { bytesMax: BODY_BYTES_MAX.write, answer: write },
  carve_init: { bytesMax: BODY_BYTES_MAX.carveInit, answer: carveInit },
  carve_block: { bytesMax: BODY_BYTES_MAX.carveBlock, answer: carveBlock },
}

/**
 * osquery's remote API as of 5.23 (osquery/remote), for agents from 3.0 on. Agents look at bodies only: every answer has one, because they take
 * an empty one for success and forget what they sent.
 */
export function osqueryMount({ api, log: ours, metrics }: OsqueryDeps): OsqueryMount {
  const log = limitedLog(ours)
  const rooms = new Rooms()
  new Gauge({
    name: 'tailrace_agent_body_bytes',
    help: 'Bytes of bodies of agents that are held in memory.',
    registers: [metrics],
    collect() {
      this.set(rooms.used)
    },
  })
  const serve = server({ api, log, rooms })
  const handler: RequestHandler = (req, res) => {
    const name = req.path.slice(1)
    const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined
    if (!route) return send(res, 404, { error: 'There is no such address here.' })
    res.locals.route = `/osquery/${name}`
    if (req.method === 'POST') return void serve(name, route, req, res)
    res.set('Allow', 'POST')
    send(res, 405, { error: `${req.method} is not possible here; POST is.` })
  }
  // What is refused before it gets here, such as a token in the address, is a failure to an agent, too.
  const onError: ErrorRequestHandler = (error, req, res, _next) => {
    const reply = replyTo(error, req.path.slice(1), log)
    if (reply) send(res, reply.status, reply.body)
  }
  return { path: '/osquery', roles: 'anyone', handler, onError }
}

const server =
  ({ api, log, rooms }: { api: AgentApi; log: Log; rooms: Rooms }) =>
  async (name: string, route: Route, req: Request, res: Response) => {
    const gone = new AbortController()
    res.once('close', () => {
      if (!res.writableFinished) gone.abort()
    })
    const body = new Body(req, route.bytesMax, rooms, gone.signal)
    const call = {
      api,
      body,
      authorization: req.headers.authorization,
      userAgent: req.headers['user-agent'],
      gone: gone.signal,
    }
    try {
      send(res, 200, await route.answer(call, log))
    } catch (error) {
      const reply = replyTo(error, name, log)
      if (reply) send(res, reply.status, reply.body)
    } finally {
      body.release()
    }
  }

function send(res: Response, status: number, body: object | string) {
  const isText = typeof body === 'string'
  res
    .status(status)
    .set('Cache-Control', 'no-store')
    .type(isText ? 'text/plain' : 'application/json')
    .send(isText ? body : JSON.stringify(body))
}

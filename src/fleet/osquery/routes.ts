import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import { Gauge, type Registry } from '../../base/metrics'
import type { AgentApi } from '../agent'
import type { AgentRequest } from './agent-request'
import { Body } from './body'
import { BodyMemory } from './body-memory'
import { carveBlock, carveInit } from './carve'
import { read, write } from './distributed'
import { config, enroll } from './enroll'
import { replyTo } from './failure'
import { BODY_BYTES_MAX } from './limits'
import { log } from './log'

export interface OsqueryDeps {
  api: AgentApi
  log: Log
  metrics: Registry
}

/** What the web server mounts. */
export interface OsqueryMount {
  path: '/osquery'
  /** Agents authenticate with node keys. */
  roles: 'anyone'
  handler: RequestHandler
  onError: ErrorRequestHandler
}

interface Route {
  bytesMax: number
  answer(request: AgentRequest, log: Log): Promise<object>
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
 * osquery's remote API as of 5.23 (osquery/remote), for agents from 3.0 on. Agents read only bodies. Every response has
 * one, because they treat an empty body as success and drop what they have sent.
 */
export function osqueryMount({ api, log: rootLog, metrics }: OsqueryDeps): OsqueryMount {
  const log = limitedLog(rootLog)
  const memory = new BodyMemory()
  new Gauge({
    name: 'tailrace_agent_body_bytes',
    help: "Bytes of agents' request bodies in memory.",
    registers: [metrics],
    collect() {
      this.set(memory.used)
    },
  })
  const serve = server({ api, log, memory })
  const handler: RequestHandler = (req, res) => {
    const name = req.path.slice(1)
    const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined
    if (!route) return send(res, 404, { error: 'There is no such endpoint.' })
    res.locals.route = `/osquery/${name}`
    if (req.method === 'POST') return void serve(name, route, req, res)
    res.set('Allow', 'POST')
    send(res, 405, { error: `${req.method} is not allowed, only POST.` })
  }
  // Requests refused earlier, for example for a token in the URL, must also get a response that agents understand.
  const onError: ErrorRequestHandler = (error, req, res, _next) => {
    const reply = replyTo(error, req.path.slice(1), log)
    if (reply) send(res, reply.status, reply.body)
  }
  return { path: '/osquery', roles: 'anyone', handler, onError }
}

const server =
  ({ api, log, memory }: { api: AgentApi; log: Log; memory: BodyMemory }) =>
  async (name: string, route: Route, req: Request, res: Response) => {
    const disconnected = new AbortController()
    res.once('close', () => {
      if (!res.writableFinished) disconnected.abort()
    })
    const body = new Body(req, route.bytesMax, memory, disconnected.signal)
    const request = {
      api,
      body,
      authorization: req.headers.authorization,
      userAgent: req.headers['user-agent'],
      disconnected: disconnected.signal,
    }
    try {
      send(res, 200, await route.answer(request, log))
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

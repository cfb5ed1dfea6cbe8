import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { type Access, programCaller } from '../../access'
import { limitedLog } from '../../base/limited-log'
import type { Log } from '../../base/log'
import type { Registry } from '../../base/metrics'
import { ParallelLimit } from '../../base/parallel-limit'
import { runRequest } from '../../base/request-timeout'
import type { Routing } from '../routing'
import { type AlertOperationsDeps, alertOperations } from './alert-operations'
import { type Answer, coded, empty, plain, Refusal } from './answer'
import { answerToFailure, UNAVAILABLE } from './failure'
import { type Call, findPath, type Method, type Operation, type Paths } from './operation'
import { readParameters } from './parameters'
import { readBody } from './read-body'
import { type SilenceOperationsDeps, silenceOperations } from './silence-operations'
import { addBuildInfo, type StatusOperationsDeps, statusOperations } from './status'

export interface AlertmanagerDeps extends AlertOperationsDeps, SilenceOperationsDeps, StatusOperationsDeps {
  routing: Pick<Routing, 'at' | 'of'>
  log: Log
  metrics: Registry
}

/** What the web server mounts. It authenticates callers itself, because they also use Basic. */
export interface AlertmanagerMount {
  path: string
  roles: 'anyone'
  handler: RequestHandler
  onError: ErrorRequestHandler
}

/** Reads of one tenant that are answered at the same time. Alertmanager allows 8; Karma empties its board on a refusal. */
const READS_MAX = 64

/** Alertmanager's API v2 as of 0.25 with the fields of later releases, for Prometheus, amtool, Karma and Grafana. */
export function alertmanagerMounts(
  deps: AlertmanagerDeps,
  access: Pick<Access, 'authenticate' | 'isForeign'>,
): AlertmanagerMount[] {
  addBuildInfo(deps.metrics)
  const log = limitedLog(deps.log)
  const { v1, v2: alerts } = alertOperations(deps)
  const v2 = { ...alerts, ...silenceOperations(deps), ...statusOperations(deps) }
  const server = new Server(access, log)
  const onError: ErrorRequestHandler = (error, req, res, next) =>
    isOurStream(req) ? next(error) : send(res, answerToFailure(error, log))
  const serveV2: RequestHandler = (req, res, next) => (isOurStream(req) ? next() : void server.serve(v2, req, res))
  return [
    { path: '/api/v2', roles: 'anyone', handler: serveV2, onError },
    { path: '/api/v1/alerts', roles: 'anyone', handler: (req, res) => void server.serve(v1, req, res), onError },
    { path: '/-', roles: 'anyone', handler: probe, onError },
  ]
}

/** `/api/v2/events/stream` is not Alertmanager's. */
const isOurStream = ({ path }: Request) => path.startsWith('/events/')

/** Answers requests for the operations of a mount. */
class Server {
  readonly #reads = new ParallelLimit(
    READS_MAX,
    max => new Refusal(plain(503, `Limit of concurrent GET requests reached (${max}), try again later.\n`)),
  )

  constructor(
    private readonly access: Pick<Access, 'authenticate' | 'isForeign'>,
    private readonly log: Log,
  ) {}

  async serve(paths: Paths, req: Request, res: Response): Promise<void> {
    try {
      const answer = await this.#answer(paths, req, res)
      if (answer) send(res, answer)
    } catch (error) {
      if (res.headersSent || res.destroyed) res.destroy()
      else send(res, answerToFailure(error, this.log))
    }
  }

  async #answer(paths: Paths, req: Request, res: Response): Promise<Answer | undefined> {
    res.setHeader('Cache-Control', 'no-store')
    const found = findPath(paths, req.path)
    if (!found) return coded(404, `path ${req.originalUrl.replace(/\?.*$/s, '')} was not found`)
    res.locals.route = req.baseUrl + found.pattern
    const operation = found.operations[req.method as Method]
    if (!operation) return notAllowed(req.method, Object.keys(found.operations))
    requireAcceptable(req)
    const principal = await programCaller(this.access, req, operation.role)
    res.locals.principal = principal
    const { tenantId } = principal
    const text = req.method === 'POST' ? await readBody(req) : ''
    const call = { principal, tenantId, parameters: readParameters(req.url), id: found.id, text, req, res }
    const run = () => withinTimeout(operation, call)
    return req.method === 'GET' ? this.#reads.run(tenantId, run) : run()
  }
}

/** Answers within seconds even if PostgreSQL does not, unless the answer has begun. */
const withinTimeout = (operation: Operation, call: Call) =>
  runRequest(() => operation.handle(call), {
    isUnavailable: async () => !call.res.headersSent,
    giveUp: () => new Refusal(UNAVAILABLE),
  })

function notAllowed(method: string, allowed: string[]): Answer {
  const names = allowed.join(',')
  return { ...coded(405, `method ${method} is not allowed, but [${names}] are`), headers: { Allow: names } }
}

/** Only JSON can be sent. @throws Refusal 406 */
function requireAcceptable(req: Request): void {
  if (req.accepts('application/json') !== false) return
  throw new Refusal(coded(406, 'unsupported media type requested, only [application/json] are available'))
}

/** Paths that need no credential. Changes apply at once here, so there is never anything to reload. */
const PROBES: Record<string, { methods: string[]; answer: Answer }> = {
  '/healthy': { methods: ['GET', 'HEAD'], answer: plain(200, 'OK') },
  '/ready': { methods: ['GET', 'HEAD'], answer: plain(200, 'OK') },
  '/reload': { methods: ['POST'], answer: empty() },
}

const probe: RequestHandler = (req, res) => {
  const found = Object.hasOwn(PROBES, req.path) ? PROBES[req.path] : undefined
  if (!found) return send(res, plain(404, '404 page not found\n'))
  res.locals.route = `/-${req.path}`
  if (found.methods.includes(req.method)) return send(res, found.answer)
  send(res, { ...plain(405, 'Method Not Allowed\n'), headers: { Allow: [...found.methods, 'OPTIONS'].join(', ') } })
}

function send(res: Response, { status, text, type = 'application/json', headers = {} }: Answer): void {
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (text === undefined) res.setHeader('Content-Length', 0)
  else res.setHeader('Content-Type', type).setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}

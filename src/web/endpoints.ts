import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Access } from '../access'
import { type AnyReply, type Endpoint, may, type Principal } from '../api'
import { checkContract, isCheckingContracts, report } from '../base/contract-check'
import { badRequest, Problem } from '../base/errors'
import { isOutage } from '../base/outage'
import { parse, type z } from '../base/parse'
import { changeError, nothingDone, type PendingRequest, runRequest } from '../base/request-timeout'
import type { Role } from '../contract/access'
import { sse } from '../contract/streams'
import { compressed, isCompressible } from './compression'
import { parseJsonBody } from './json-body'
import { hasNul, queryReader } from './query'
import { factsOf } from './request-log'

/** Limits what an unauthenticated client can make us buffer; endpoints that need more set `bodyBytesMax`. */
export const BODY_BYTES_MAX = 64 * 1024

/**
 * All endpoints as express routes. A method that a path does not support is answered with 405.
 * @param isUnavailable whether PostgreSQL is unavailable
 */
export function endpointRoutes(
  endpoints: Endpoint[],
  access: Access,
  isUnavailable: () => Promise<boolean>,
): RequestHandler {
  const routers = new Map<string | undefined, Router>()
  const routerOf = (path: string) => {
    const known = routers.get(resourceOf(path))
    if (known) return known
    const router = Router({ caseSensitive: true })
    routers.set(resourceOf(path), router)
    return router
  }
  const methods = new Map<string, string[]>()
  for (const each of [...endpoints].sort(bySpecificity)) {
    const path = expressPath(each.path)
    const taken = methods.get(path) ?? []
    if (taken.includes(each.method)) throw new Error(`Two endpoints handle ${each.method.toUpperCase()} ${each.path}`)
    methods.set(path, [...taken, each.method])
    routerOf(path)[each.method](path, timedHandler(handlerOf(each, access), isUnavailable))
  }
  for (const [path, taken] of methods) routerOf(path).all(path, methodNotAllowed(taken))
  return (req, res, next) => {
    const router = routers.get(resourceOf(req.path))
    if (router) router(req, res, next)
    else next()
  }
}

/** `jobs` of `/api/jobs/{id}`. Each has a router of its own, because express tries the routes of one in turn. */
const resourceOf = (path: string) => path.split('/', 3)[2]

const expressPath = (path: string) => path.replace(/\{(\w+)\}/g, ':$1')

/** Sorts `/api/jobs/actions` before `/api/jobs/{id}`, whatever order areas list them in. */
export function bySpecificity(a: { path: string }, b: { path: string }): number {
  const mark = (path: string) => path.replace(/\{\w+\}/g, '\uffff')
  return mark(a.path) < mark(b.path) ? -1 : 1
}

function methodNotAllowed(taken: string[]): RequestHandler {
  const allowed = [...taken, ...(taken.includes('get') ? ['head'] : []), 'options'].map(name => name.toUpperCase())
  const headers = { Allow: allowed.join(', ') }
  return (req, res) => {
    if (req.method !== 'OPTIONS')
      throw new Problem(405, 'method_not_allowed', `${req.method} is not allowed here.`, [], headers)
    res.status(204).set(headers).end()
  }
}

function handlerOf(each: Endpoint, access: Access): TimedHandler {
  const readQuery = queryReader(each.query)
  const readBytes = express.raw({
    limit: each.bodyBytesMax ?? BODY_BYTES_MAX,
    type: ['application/json', 'application/*+json'],
  })
  return async (req, res, work) => {
    factsOf(res).route = each.path
    const principal = each.role === 'anyone' ? undefined : await callerOf(each, each.role, access, req, res)
    if (!principal) access.requireSameOrigin(req)
    if (Object.values(req.params).some(hasNul))
      throw badRequest([{ path: 'params', message: 'The path contains a NUL character.' }])
    const call = {
      params: each.params && parse(each.params, req.params, 'params'),
      query: readQuery(req.query),
      body: each.body && (await readBody(each.body, readBytes, req, res)),
      req,
      res,
      principal,
    }
    work.hasBegun = true
    const reply = await each.handle(call)
    if (!reply) return
    if (isCheckingContracts) checkReply(each, reply)
    if (reply.body === undefined || !isCompressible(each)) send(res, reply)
    else await sendCompressed(req, res, reply)
  }
}

/** The caller; streams also accept a one-time ticket. @throws Problem 401 or 403 */
async function callerOf(
  { replies }: Endpoint,
  role: Role,
  access: Access,
  req: Request,
  res: Response,
): Promise<Principal> {
  const { ticket } = req.query
  if (replies !== sse || typeof ticket !== 'string') return admit(access, role, req, res)
  const { principal, topics } = await access.useTicket(ticket)
  factsOf(res).principal = principal
  return { ...principal, topics }
}

/**
 * Authenticates the caller and checks its role.
 * @throws Problem 401 or 403
 */
export async function admit(access: Access, role: Role, req: Request, res: Response): Promise<Principal> {
  const principal = await access.authenticate(req)
  factsOf(res).principal = principal
  access.requireSameOrigin(req)
  if (!may(principal, role))
    throw new Problem(403, 'forbidden', `This requires the role ${role}; your role is ${principal.role}.`)
  return principal
}

/** Reads the JSON body. A missing body is treated as `{}`, so that the error names each missing field. */
async function readBody(schema: z.ZodType, readBytes: RequestHandler, req: Request, res: Response): Promise<unknown> {
  const [, charset = 'utf-8'] = req.get('content-type')?.match(/;\s*charset\s*=\s*"?([^\s;"]+)/i) ?? []
  if (!/^utf-?8$/i.test(charset)) throw unsupportedBody('The body must be JSON in UTF-8.')
  await new Promise<void>((resolve, reject) => {
    readBytes(req, res, (error?: unknown) => (error ? reject(error) : resolve()))
  })
  const bytes: unknown = req.body
  if (bytes instanceof Buffer && bytes.length) {
    const { value, faults } = parseJsonBody(bytes)
    return parse(schema, value, 'body', faults)
  }
  if (!bytes && (Number(req.get('content-length') ?? 0) > 0 || req.get('transfer-encoding') !== undefined))
    throw unsupportedBody('Send the body as JSON with "Content-Type: application/json".')
  return parse(schema, {}, 'body')
}

const unsupportedBody = (detail: string) => new Problem(415, 'unsupported_body', detail)

function checkReply({ method, path, replies }: Endpoint, { status, body }: AnyReply): void {
  const what = `${method.toUpperCase()} ${path} ${status}`
  const schema = replies[status]
  if (schema) checkContract(what, schema, JSON.parse(JSON.stringify(body)))
  else if (schema === undefined || body !== undefined) report(what, ['the contract does not define it'])
}

function send(res: Response, { status, body, headers }: AnyReply): void {
  setHead(res, status, headers)
  if (body === undefined) res.end()
  else sendText(res, JSON.stringify(body))
}

async function sendCompressed(req: Request, res: Response, { status, body, headers }: AnyReply): Promise<void> {
  const text = JSON.stringify(body)
  const smaller = await compressed(text, req.headers['accept-encoding'])
  setHead(res, status, headers)
  res.vary('Accept-Encoding')
  if (!smaller) return sendText(res, text)
  res.setHeader('Content-Type', JSON_TYPE)
  res.setHeader('Content-Encoding', smaller.coding)
  res.setHeader('Content-Length', smaller.bytes.length)
  res.end(smaller.bytes)
}

const JSON_TYPE = 'application/json; charset=utf-8'

function setHead(res: Response, status: number, headers: AnyReply['headers']): void {
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  for (const name in headers) res.setHeader(name, headers[name] as string)
}

/** As a string, Node sends it together with the headers; express would make a second buffer of it. */
function sendText(res: Response, text: string): void {
  res.setHeader('Content-Type', JSON_TYPE)
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}

/** How far a request has got. */
interface Work {
  /** The request was authorized and parsed: from here on it may have changed something. */
  hasBegun: boolean
}

export type TimedHandler = (req: Request, res: Response, work: Work) => Promise<void>

/**
 * Answers within seconds even if PostgreSQL is unavailable, and tells whether a change was certainly not made or may
 * have been. An open stream counts as answered.
 */
export function timedHandler(handle: TimedHandler, isUnavailable: () => Promise<boolean>): RequestHandler {
  return async (req, res) => {
    const work: Work = { hasBegun: false }
    const changes = req.method !== 'GET' && req.method !== 'HEAD'
    const isUnavailableNow = async () => !res.headersSent && (await isUnavailable())
    const errorFor = (request: PendingRequest, error: Error) => (changes ? changeOutcome(error, work, request) : error)
    await runRequest(
      request =>
        handle(req, res, work).catch(error => {
          throw errorFor(request, error)
        }),
      { isUnavailable: isUnavailableNow, giveUp: request => errorFor(request, new NoAnswer()) },
    )
  }
}

/** PostgreSQL did not answer; `isOutage` recognizes this error by its message. */
class NoAnswer extends Error {
  constructor() {
    super('timeout expired')
  }
}

const changeOutcome = (error: Error, { hasBegun }: Work, request: PendingRequest): Error =>
  !hasBegun && isOutage(error) ? nothingDone() : changeError(error, request)

import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Response } from 'express'
import { Problem } from '../base/errors'
import type { Log } from '../base/log'
import { isOutage } from '../base/outage'
import { sendProblemPage, wantsHtml } from './problem-page'
import { factsOf } from './request-log'

/** What express and its body parser throw for an invalid request. */
interface HttpError extends Error {
  status?: number
  type?: string
  limit?: number
}

/** `application/problem+json` of RFC 9457. */
export const problemBody = ({ status, code, detail, errors }: Problem) => ({
  type: `urn:tailrace:problem:${code}`,
  title: STATUS_CODES[status] ?? 'Error',
  status,
  code,
  detail,
  errors,
})

/** Converts anything thrown to the problem sent to the caller. Bugs reveal no details. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isOutage(error))
    return new Problem(503, 'unavailable', 'Part of this service is unavailable or overloaded. Try again soon.', [], {
      'Retry-After': '2',
    })
  const { status = 500, type, limit, message } = (error ?? {}) as HttpError
  if (type && BODY_PROBLEMS[type]) return BODY_PROBLEMS[type]({ message, limit })
  if (status >= 400 && status < 500) {
    // an invalid escape in the path, or a body that cannot be inflated
    const path = error instanceof URIError ? 'params' : 'body'
    return new Problem(status, 'invalid_request', 'The request cannot be read.', [{ path, message }])
  }
  return new Problem(500, 'internal_error', 'An internal error occurred. See the server log for details.')
}

type BodyProblem = (error: { message: string; limit: number | undefined }) => Problem
const unreadable: BodyProblem = ({ message }) =>
  new Problem(400, 'invalid_body', 'The body cannot be read.', [{ path: 'body', message }])
const unsupported: BodyProblem = ({ message }) =>
  new Problem(415, 'unsupported_body', 'The body must be JSON in UTF-8.', [{ path: 'body', message }])

/** By the `type` of a body-parser error. */
const BODY_PROBLEMS: Record<string, BodyProblem> = {
  'entity.too.large': ({ limit }) =>
    new Problem(413, 'body_too_large', `The body exceeds the limit of ${limit} bytes.`),
  'encoding.unsupported': unsupported,
  'request.aborted': unreadable,
  'request.size.invalid': unreadable,
  'stream.encoding.set': unreadable,
}

export function sendProblem(res: Response, problem: Problem): void {
  res
    .status(problem.status)
    .set({ 'Cache-Control': 'no-store', ...problem.headers })
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem)))
}

/** Body for an unidentified client. It may be an osquery agent, which treats a reply without `error` as success. */
export const unknownClientBody = (problem: Problem) =>
  JSON.stringify({ ...problemBody(problem), error: problem.detail })

/** A complete response for a bare socket, after a refused upgrade or an invalid request. */
export function problemOnSocket(problem: Problem): string {
  const body = unknownClientBody(problem)
  const headers = {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}

/** Logs a bug with its stack; expected problems only appear in the request's log line. */
export function logBug(log: Log, error: unknown, problem: Problem, req: IncomingMessage, requestId?: string): void {
  if (problem.status !== 500 || error instanceof Problem) return
  log.error('A request failed because of a bug', {
    request_id: requestId,
    method: req.method,
    error: error instanceof Error ? error : new Error(String(error)),
  })
}

/**
 * The error handler of the express app. Browsers that open a page get a page.
 * @param publicDir has the built pages; undefined if this process serves none
 */
export const errorHandler =
  (log: Log, publicDir: string | undefined): ErrorRequestHandler =>
  async (error, req, res, _next) => {
    const problem = toProblem(error)
    const facts = factsOf(res)
    facts.problem = problem.code
    logBug(log, error, problem, req, facts.requestId)
    if (res.headersSent) res.destroy()
    else if (publicDir !== undefined && wantsHtml(req)) await sendProblemPage(res, problem, publicDir)
    else sendProblem(res, problem)
  }

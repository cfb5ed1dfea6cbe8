/** One fault in a request: its path (`body.input.url`) and what is wrong. */
export interface Fault {
  path: string
  message: string
}

/**
 * A failure to report to the caller. The express error handler renders it as RFC 9457 `application/problem+json`;
 * anything else thrown is a bug and answered with 500.
 */
export class Problem extends Error {
  override name = 'Problem'

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Stable and machine-readable: `not_found`, `job_ended`, ... */
    readonly code: string,
    /** Human-readable: what happened and what to do next. */
    readonly detail: string,
    readonly errors: Fault[] = [],
    readonly headers: Record<string, string> = {},
  ) {
    super(detail)
  }
}

/** Tailrace cannot start; the message says what to do. Printed without a stack trace, exit code 1. */
export class StartError extends Error {
  override name = 'StartError'
}

/** Keeps error responses from being much larger than requests, which may come from unauthenticated clients. */
const FAULTS_SHOWN_MAX = 20
const PATH_SHOWN_MAX = 200

/** Lists the first faults and counts the rest. */
export function badRequest(faults: Fault[]): Problem {
  const shown = faults.slice(0, FAULTS_SHOWN_MAX).map(({ path, message }) => ({ path: cut(path), message }))
  const more = faults.length - shown.length
  const names = shown.map(({ path }) => path).join(', ') + (more ? ` and ${more} more` : '')
  return new Problem(400, 'invalid_request', `The request is not valid: ${names}.`, shown)
}

const cut = (path: string) => (path.length > PATH_SHOWN_MAX ? `${path.slice(0, PATH_SHOWN_MAX).toWellFormed()}…` : path)

export const notFound = (what: string) => new Problem(404, 'not_found', `There is no such ${what} here.`)

/** For `catch`: turns a 404 into undefined. @throws any other error again, such as an outage */
export function absent(error: unknown): undefined {
  if (error instanceof Problem && error.status === 404) return undefined
  throw error
}

export const conflict = (code: string, detail: string) => new Problem(409, code, detail)

/** The message of anything thrown, for logs and stored error fields. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

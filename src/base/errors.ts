/** One problem inside a request: where it is (`body.input.url`) and what is wrong with it. */
export interface Fault {
  path: string
  message: string
}

/**
 * A failure that the caller can understand. The one express error handler renders it as
 * RFC 9457 `application/problem+json`; everything else that is thrown is a bug and answers 500.
 */
export class Problem extends Error {
  override name = 'Problem'

  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Stable, machine-readable: `not_found`, `job_ended`, ... */
    readonly code: string,
    /** For people: what happened and what to do next. */
    readonly detail: string,
    readonly errors: Fault[] = [],
    readonly headers: Record<string, string> = {},
  ) {
    super(detail)
  }
}

/** The program cannot start; the message says what to do. Printed without a stack trace, exit code 1. */
export class StartError extends Error {
  override name = 'StartError'
}

/** An answer shall not be much larger than the request it refuses: whoever asks may be a stranger. */
const FAULTS_SHOWN_MAX = 20
const PATH_SHOWN_MAX = 200

/** Names the first faults and counts the others. */
export function badRequest(faults: Fault[]): Problem {
  const shown = faults.slice(0, FAULTS_SHOWN_MAX).map(({ path, message }) => ({ path: cut(path), message }))
  const more = faults.length - shown.length
  const names = shown.map(({ path }) => path).join(', ') + (more ? ` and ${more} more` : '')
  return new Problem(400, 'invalid_request', `The request is not valid: ${names}.`, shown)
}

const cut = (path: string) => (path.length > PATH_SHOWN_MAX ? `${path.slice(0, PATH_SHOWN_MAX).toWellFormed()}…` : path)

export const notFound = (what: string) => new Problem(404, 'not_found', `There is no such ${what} here.`)

/** For `catch`: what is not there is nothing. @throws every other failure again, such as that the database is away */
export function absent(error: unknown): undefined {
  if (error instanceof Problem && error.status === 404) return undefined
  throw error
}

export const conflict = (code: string, detail: string) => new Problem(409, code, detail)

/** Text of anything that was thrown, for logs and stored error fields. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

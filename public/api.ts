import type { Send } from '../src/contract/api'
import type { Method } from '../src/contract/route'
import { addressOf, type Params } from './client/address'

/** What is wrong with one field of a request; `path` is such as `body.input.url`. */
export interface Fault {
  path: string
  message: string
}

/** A request that the server refused, with the message of its problem document (RFC 9457). */
export class ApiError extends Error {
  override name = 'ApiError'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(message)
  }
}

/** Called when the session is gone; set by the app. */
let signedOut = () => {}

export function onSignedOut(call: () => void) {
  signedOut = call
}

/** Called after each request with whether the server was reached; set by the app. */
let reached = (_isReached: boolean) => {}

export function onReached(call: typeof reached) {
  reached = call
}

async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await respond(method, path, body, headers)
  const answer: unknown = await response.json().catch(() => null)
  reached(!isOfProxy(response, answer))
  if (response.ok) return answer as T
  if (response.status === 401 && path !== '/api/session') signedOut()
  throw errorOf(response, answer)
}

/** @throws ApiError if there is no response */
export const respond = (
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
  signal?: AbortSignal,
) =>
  fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch(() => {
    if (signal?.aborted) throw new ApiError(0, 'aborted', 'Stopped.')
    reached(false)
    throw new ApiError(0, 'unreachable', 'Tailrace cannot be reached. Check that it is running, then try again.')
  })

/** A proxy in front answers in place of a server that is unavailable. */
const isOfProxy = ({ status }: Response, answer: unknown) =>
  status === 502 || status === 504 || (status === 503 && answer === null)

/** What a refusal says. @param answer its body */
export function errorOf(response: Response, answer: unknown): ApiError {
  const { code, detail, errors = [] } = (answer ?? {}) as { code?: string; detail?: string; errors?: Fault[] }
  const faults = errors.map(fault => `${fault.path}: ${fault.message}`).join('; ')
  const message = faults || detail || `The server answered ${response.status}.`
  return new ApiError(response.status, code ?? 'unknown', message, errors)
}

/** The reply to `GET` of a complete URL. */
export const fetchJson = <T>(address: string) => request<T>('GET', address)

interface Sent {
  body?: unknown
  headers?: Record<string, string>
}

const send = <M extends Method>(method: M) =>
  ((path: string, { body, headers, ...params }: Sent & Params = {}) =>
    request<never>(method.toUpperCase(), addressOf(path, params), body, headers)) as Send<M>

/** The server's REST API: `client.get('/api/jobs/{id}', { id })`. The browser adds the session cookie. */
export const client = {
  get: send('get'),
  post: send('post'),
  put: send('put'),
  patch: send('patch'),
  delete: send('delete'),
}

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

import { addressOf, type Params } from '../public/client/address'
import type { Send } from '../src/contract/api'
import type { Method } from '../src/contract/route'
import { clean } from '../text/display'
import { EXIT, Failure } from './exit'
import type { Settings } from './settings'

const TIMEOUT_MS = 30_000
/** Max attempts of a retryable request whose connection breaks. */
const ATTEMPTS_MAX = 3

type Headers = Record<string, string>

/** The server's REST API: `api.get('/api/jobs/{id}', { id })`. */
export interface Api {
  get: Send<'get'>
  post: Send<'post'>
  patch: Send<'patch'>
  delete: Send<'delete'>
  /** The chunks of a download, which may take any time. */
  download(path: string, params?: Params): AsyncIterable<Uint8Array>
}

interface Problem {
  code?: string
  detail?: string
  errors?: { path: string; message: string }[]
}

/** Calls the server. Anything but success becomes a `Failure` with the exit code that scripts check. */
export function createApi(settings: Settings): Api {
  const request = <T>(
    method: string,
    path: string,
    { body, headers, ...params }: { body?: unknown; headers?: Headers } & Params = {},
  ) =>
    send<T>(settings, addressOf(path, params), {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const typed = <M extends Method>(method: M) =>
    ((path: string, parts?: Params) => request<never>(method.toUpperCase(), path, parts)) as Send<M>

  return {
    get: typed('get'),
    post: typed('post'),
    patch: typed('patch'),
    delete: typed('delete'),
    download: (path, params) => download(settings, addressOf(path, params)),
  }
}

async function* download(settings: Settings, path: string): AsyncGenerator<Uint8Array> {
  const started = new AbortController()
  const timer = setTimeout(() => started.abort(new DOMException('', 'TimeoutError')), TIMEOUT_MS)
  const { signal } = started
  const response = await fetchWithRetry(
    settings,
    path,
    { headers: authorization(settings), redirect: 'manual', signal },
    ATTEMPTS_MAX,
  )
  clearTimeout(timer)
  if (!response.ok) throw await failureOf(settings, response)
  try {
    yield* response.body ?? []
  } catch (error) {
    throw new Failure(EXIT.unreachable, `The download was interrupted (${reasonOf(error)}): the output is incomplete.`)
  }
}

/** The header for requests and streams. */
export const authorization = ({ token }: Settings): Headers =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

async function send<T>(settings: Settings, path: string, init: RequestInit): Promise<T> {
  const headers = {
    accept: 'application/json',
    ...(init.headers as Headers),
    ...authorization(settings),
  }
  const isRetryable = init.method === 'GET' || 'idempotency-key' in headers
  const response = await fetchWithRetry(
    settings,
    path,
    { ...init, headers, redirect: 'manual' },
    isRetryable ? ATTEMPTS_MAX : 1,
  )
  if (response.status === 204) return null as T
  if (response.ok) return jsonOf<T>(settings, response)
  throw await failureOf(settings, response)
}

async function fetchWithRetry({ url }: Settings, path: string, init: RequestInit, attempts: number): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetch(url + path, { signal: AbortSignal.timeout(TIMEOUT_MS), ...init })
    } catch (error) {
      const reason = reasonOf(error)
      // Only a connection that broke midway is worth another attempt.
      if (attempt < attempts && /ECONNRESET|EPIPE|UND_ERR_SOCKET/.test(reason)) continue
      throw new Failure(
        EXIT.unreachable,
        `Tailrace cannot be reached at ${url} (${reason}). Is it running? Set its address with TAILRACE_URL or --url.`,
      )
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error instanceof Error ? error.message : String(error)
}

async function jsonOf<T>({ url }: Settings, response: Response): Promise<T> {
  try {
    return (await response.json()) as T
  } catch {
    throw new Failure(
      EXIT.unreachable,
      `The server at ${url} does not answer like Tailrace. Set its address with TAILRACE_URL or --url.`,
    )
  }
}

async function failureOf(settings: Settings, response: Response): Promise<Failure> {
  const { status } = response
  if (status >= 300 && status < 400) {
    const to = clean(response.headers.get('location') ?? 'elsewhere')
    return new Failure(EXIT.unreachable, `${settings.url} redirects to ${to}. Set TAILRACE_URL to the final address.`)
  }
  const problem = ((await response.json().catch(() => null)) ?? {}) as Problem
  return failureFor(settings, status, problem)
}

/** The failure for a refused request or stream. */
export function failureFor(settings: Settings, status: number, { detail, errors = [] }: Problem): Failure {
  const faults = errors.map(({ path, message }) => `\n  ${path.replace(/^(body|query|params)\./, '')}: ${message}`)
  const message = clean(detail ?? `The server answered ${status}.`) + faults.map(fault => clean(fault, true)).join('')
  if (status === 401) return new Failure(EXIT.denied, `${message}\n${adviceFor(settings)}`)
  return new Failure(exitCodeOf(status), message)
}

function adviceFor({ token, tokenFrom }: Settings): string {
  if (token === undefined) return 'No token was sent: set TAILRACE_TOKEN, or run "tailrace login".'
  return `The token came from ${tokenFrom}.`
}

function exitCodeOf(status: number): number {
  if (status === 400 || status === 422) return EXIT.usage
  if (status === 403) return EXIT.denied
  if (status === 404 || status === 410) return EXIT.missing
  return status >= 502 && status <= 504 ? EXIT.unreachable : EXIT.failed
}

import { clean } from '../text/display'
import { EXIT, Failure } from './exit'
import type { Settings } from './settings'

const WITHIN_MS = 30_000
/** Times a request that may safely come twice is sent when the connection breaks. */
const SENDS_MAX = 3

export type Query = Record<string, string | number | undefined>

export interface Api {
  get<T>(path: string, query?: Query): Promise<T>
  post<T>(path: string, body: unknown, headers?: Record<string, string>): Promise<T>
  /** The pieces of a download, however long it takes. */
  pieces(path: string, query?: Query): AsyncIterable<Uint8Array>
}

interface Problem {
  code?: string
  detail?: string
  errors?: { path: string; message: string }[]
}

/** Asks the server; whatever is not a good answer becomes a `Failure` with the exit code that scripts look for. */
export function createApi(settings: Settings): Api {
  return {
    get: (path, query = {}) => send(settings, path + queryText(query), { method: 'GET' }),
    post: (path, body, headers = {}) =>
      send(settings, path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...headers, 'content-type': 'application/json' },
      }),
    pieces: (path, query = {}) => download(settings, path + queryText(query)),
  }
}

async function* download(settings: Settings, path: string): AsyncGenerator<Uint8Array> {
  const started = new AbortController()
  const timer = setTimeout(() => started.abort(new DOMException('', 'TimeoutError')), WITHIN_MS)
  const { signal } = started
  const response = await reach(
    settings,
    path,
    { headers: authorization(settings), redirect: 'manual', signal },
    SENDS_MAX,
  )
  clearTimeout(timer)
  if (!response.ok) throw await failureOf(settings, response)
  try {
    yield* response.body ?? []
  } catch (error) {
    throw new Failure(EXIT.unreachable, `The download broke off (${reasonOf(error)}): what was written is not all.`)
  }
}

/** As the streams need it, too. */
export const authorization = ({ token }: Settings): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }

async function send<T>(settings: Settings, path: string, init: RequestInit): Promise<T> {
  const headers = {
    accept: 'application/json',
    ...(init.headers as Record<string, string>),
    ...authorization(settings),
  }
  const isRepeatable = init.method === 'GET' || 'idempotency-key' in headers
  const response = await reach(settings, path, { ...init, headers, redirect: 'manual' }, isRepeatable ? SENDS_MAX : 1)
  if (response.ok) return answerOf<T>(settings, response)
  throw await failureOf(settings, response)
}

async function reach({ url }: Settings, path: string, init: RequestInit, sends: number): Promise<Response> {
  for (let sent = 1; ; sent++) {
    try {
      return await fetch(url + path, { signal: AbortSignal.timeout(WITHIN_MS), ...init })
    } catch (error) {
      const reason = reasonOf(error)
      // only a connection that broke half-way is worth another try
      if (sent < sends && /ECONNRESET|EPIPE|UND_ERR_SOCKET/.test(reason)) continue
      throw new Failure(
        EXIT.unreachable,
        `Tailrace cannot be reached at ${url} (${reason}). Is it running? TAILRACE_URL or --url says where.`,
      )
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${WITHIN_MS / 1000} s`
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error instanceof Error ? error.message : String(error)
}

async function answerOf<T>({ url }: Settings, response: Response): Promise<T> {
  try {
    return (await response.json()) as T
  } catch {
    throw new Failure(
      EXIT.unreachable,
      `What answers at ${url} does not speak like Tailrace. TAILRACE_URL or --url says where it is.`,
    )
  }
}

async function failureOf(settings: Settings, response: Response): Promise<Failure> {
  const { status } = response
  if (status >= 300 && status < 400) {
    const to = clean(response.headers.get('location') ?? 'elsewhere')
    return new Failure(
      EXIT.unreachable,
      `${settings.url} sends on to ${to}. Set TAILRACE_URL to the address that answers itself.`,
    )
  }
  const problem = ((await response.json().catch(() => null)) ?? {}) as Problem
  return failureFor(settings, status, problem)
}

/** The same words and exit codes for requests and for streams. */
export function failureFor(settings: Settings, status: number, { detail, errors = [] }: Problem): Failure {
  const faults = errors.map(({ path, message }) => `\n  ${path.replace(/^(body|query|params)\./, '')}: ${message}`)
  const said = clean(detail ?? `The server answered ${status}.`) + faults.map(fault => clean(fault, true)).join('')
  if (status === 401) return new Failure(EXIT.denied, `${said}\n${adviceFor(settings)}`)
  return new Failure(exitCodeOf(status), said)
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

function queryText(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length ? `?${new URLSearchParams(given)}` : ''
}

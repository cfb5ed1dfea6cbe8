import { deadline } from '../../base/deadline'
import type { HttpRequest, HttpResponse } from '../../base/http'
import type { Outbound } from '../../base/outbound'
import { createCookies } from './cookies'
import { type ExpectStatus, expectText, isExpected } from './expect'
import { redactedUrl } from './headers'
import type { HttpOutcome } from './outcome'
import { createPhases, Down, isRefused, SILENT, type Trace } from './phases'
import { follow, locationOf } from './redirects'
import { readBody, type VisitDeps, visit } from './visit'
import { warn } from './warnings'

const REDIRECTS_MAX = 10
/** `accept-encoding` is the same as in browsers, so that the check measures what people wait for. */
const HEADERS = { 'user-agent': 'Tailrace-HealthCheck', accept: '*/*', 'accept-encoding': 'gzip, deflate, br' }

/** What to request from a web server, and what to expect. */
export interface HttpCheck {
  url: string
  method: string
  headers: Record<string, string>
  /** For the whole check, including redirects. */
  timeout_ms: number
  /** Default: 200-299. */
  expect_status?: ExpectStatus
  follow_redirects: boolean
}

/**
 * Checks a web server once, over new connections. Whatever the server or the network does is an outcome, and is
 * logged to `trace` phase by phase as it happens.
 * @throws the reason of an aborted `signal`; anything else is a bug
 */
export async function checkHttp(
  check: HttpCheck,
  { signal, outbound, trace = SILENT }: { signal: AbortSignal; outbound: Outbound; trace?: Trace },
): Promise<HttpOutcome> {
  const phases = createPhases(trace)
  const limit = deadline(signal, check.timeout_ms)
  const outcome = emptyOutcome(check.url, phases.ms)
  try {
    await followRedirects(check, outcome, { outbound, signal: limit.signal, trace, phases })
    outcome.status = 'up'
  } catch (error) {
    if (!(error instanceof Down)) throw error
    outcome.error = error.failure
  } finally {
    limit.end()
  }
  outcome.latency_ms = phases.total()
  await logOutcome(outcome, trace)
  return outcome
}

/** Follows redirects to the last response and checks its status. @throws Down */
async function followRedirects(check: HttpCheck, outcome: HttpOutcome, deps: VisitDeps) {
  let request: HttpRequest = { url: new URL(check.url), method: check.method, headers: headersOf(check) }
  const cookies = createCookies()
  for (let hop = 0; ; hop++) {
    outcome.url = redactedUrl(request.url)
    outcome.tls = null
    const { answer, close } = await visit(withCookies(request, cookies.header(request.url)), hop, outcome, deps)
    try {
      const status = answer.response.statusCode ?? 0
      outcome.status_code = status
      const location = check.follow_redirects ? locationIn(answer) : undefined
      if (location === undefined) {
        await readBody(answer, hop, outcome, deps)
        return checkStatus(status, check.expect_status)
      }
      const leftOut = cookies.keep(request.url, answer.response.headers['set-cookie'])
      if (leftOut) await warn(cookiesLeftOut(leftOut), outcome, deps.trace)
      request = await redirect(request, status, location, outcome, deps.trace)
    } finally {
      close()
    }
  }
}

function locationIn({ response: { statusCode = 0, headersDistinct } }: HttpResponse): string | undefined {
  const location = locationOf(statusCode, headersDistinct.location)
  if (typeof location === 'object') throw new Down(location.error)
  return location
}

const cookiesLeftOut = (count: number) =>
  ({ code: 'cookies_left_out', message: `${count} cookies were left out because the server sets too many` }) as const

async function redirect(request: HttpRequest, status: number, location: string, outcome: HttpOutcome, trace: Trace) {
  const next = follow(request, status, location)
  if (isRefused(next)) throw new Down(next.error)
  if (outcome.redirects.length === REDIRECTS_MAX) {
    throw new Down({ code: 'too_many_redirects', message: `The server redirected more than ${REDIRECTS_MAX} times` })
  }
  const url = redactedUrl(request.url)
  outcome.redirects.push({ url, status })
  const message = `${status} redirects to ${redactedUrl(next.url)}`
  if (request.url.protocol === 'https:' && next.url.protocol === 'http:')
    await warn({ code: 'redirect_leaves_tls', message: `${message}, which is not encrypted` }, outcome, trace, {
      url,
      status,
    })
  else await trace.log('info', message, { url, status })
  return next
}

function checkStatus(status: number, expected: ExpectStatus | undefined) {
  if (isExpected(status, expected)) return
  throw new Down({
    code: 'status_unexpected',
    message: `The server answered ${status}; expected ${expectText(expected)}`,
  })
}

function logOutcome(outcome: HttpOutcome, trace: Trace) {
  const { status, status_code, latency_ms, error } = outcome
  if (error) return trace.log('error', `down after ${latency_ms} ms: ${error.message}`, { status, code: error.code })
  return trace.log('info', `up: ${status_code} in ${latency_ms} ms`, { status, status_code, latency_ms })
}

/** Adds cookies from the jar after those of the check itself, which do not survive a redirect to another origin. */
function withCookies(request: HttpRequest, kept: string | undefined): HttpRequest {
  if (!kept) return request
  const cookie = [request.headers.cookie, kept].filter(Boolean).join('; ')
  return { ...request, headers: { ...request.headers, cookie } }
}

const headersOf = ({ headers }: HttpCheck) => ({
  ...HEADERS,
  ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
})

const emptyOutcome = (url: string, phases: HttpOutcome['phases_ms']): HttpOutcome => ({
  status: 'down',
  checked_at: new Date().toISOString(),
  latency_ms: 0,
  phases_ms: phases,
  status_code: null,
  tls: null,
  redirects: [],
  url,
  bytes: null,
  truncated: false,
  warnings: [],
  error: null,
})

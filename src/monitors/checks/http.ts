import { deadline } from '../../base/deadline'
import type { HttpAsk } from '../../base/http'
import type { Outbound } from '../../base/outbound'
import { createCookies } from './cookies'
import { type ExpectStatus, expectText, isExpected } from './expect'
import { shownUrl } from './headers'
import type { HttpOutcome } from './outcome'
import { createPhases, Down, isRefused, SILENT, type Trace } from './phases'
import { follow, locationOf } from './redirects'
import { readBody, type VisitDeps, visit } from './visit'

const REDIRECTS_MAX = 10
/** `accept-encoding` as browsers ask: what is measured is what people wait for. */
const HEADERS = { 'user-agent': 'Tailrace-HealthCheck', accept: '*/*', 'accept-encoding': 'gzip, br' }

/** What to ask of a web server, and what to expect. */
export interface HttpCheck {
  url: string
  method: string
  headers: Record<string, string>
  /** For everything together, redirects included. */
  timeout_ms: number
  /** Default: 200-299. */
  expect_status?: ExpectStatus
  follow_redirects: boolean
}

/**
 * Checks a web server once, over fresh connections. Whatever the server or the network does is an outcome, told to
 * `trace` phase by phase while it happens; what rejects is a bug, or the reason of an aborted `signal`.
 */
export async function checkHttp(
  check: HttpCheck,
  { signal, outbound, trace = SILENT }: { signal: AbortSignal; outbound: Outbound; trace?: Trace },
): Promise<HttpOutcome> {
  const phases = createPhases(trace)
  const limit = deadline(signal, check.timeout_ms)
  const outcome = emptyOutcome(check.url, phases.ms)
  try {
    await walk(check, outcome, { outbound, signal: limit.signal, trace, phases })
    outcome.status = 'up'
  } catch (error) {
    if (!(error instanceof Down)) throw error
    outcome.error = error.failure
  } finally {
    limit.end()
  }
  outcome.latency_ms = phases.total()
  await tellOutcome(outcome, trace)
  return outcome
}

/** From redirect to redirect until a response is the last one, which is then judged. */
async function walk(check: HttpCheck, outcome: HttpOutcome, deps: VisitDeps) {
  let ask: HttpAsk = { url: new URL(check.url), method: check.method, headers: headersOf(check) }
  const cookies = createCookies()
  for (let hop = 0; ; hop++) {
    outcome.url = shownUrl(ask.url)
    outcome.tls = null
    const { response, close } = await visit(withCookies(ask, cookies.header(ask.url)), hop, outcome, deps)
    try {
      const status = response.statusCode ?? 0
      outcome.status_code = status
      const location = check.follow_redirects ? locationOf(status, response.headers.location) : undefined
      if (location === undefined) {
        await readBody(response, hop, outcome, deps)
        return judge(status, check.expect_status)
      }
      cookies.keep(ask.url, response.headers['set-cookie'])
      ask = await redirect(ask, status, location, outcome, deps.trace)
    } finally {
      close()
    }
  }
}

async function redirect(ask: HttpAsk, status: number, location: string, outcome: HttpOutcome, trace: Trace) {
  const next = follow(ask, status, location)
  if (isRefused(next)) throw new Down(next.error)
  if (outcome.redirects.length === REDIRECTS_MAX) {
    throw new Down({ code: 'too_many_redirects', message: `More than ${REDIRECTS_MAX} redirects` })
  }
  const url = shownUrl(ask.url)
  outcome.redirects.push({ url, status })
  const leavesTls = ask.url.protocol === 'https:' && next.url.protocol === 'http:'
  await trace.log(
    leavesTls ? 'warn' : 'info',
    `${status} redirects to ${shownUrl(next.url)}${leavesTls ? ', away from TLS' : ''}`,
    { url, status },
  )
  return next
}

function judge(status: number, expected: ExpectStatus | undefined) {
  if (isExpected(status, expected)) return
  throw new Down({ code: 'status_unexpected', message: `Answered ${status}, expected ${expectText(expected)}` })
}

function tellOutcome(outcome: HttpOutcome, trace: Trace) {
  const { status, status_code, latency_ms, error } = outcome
  if (error) return trace.log('error', `down after ${latency_ms} ms: ${error.message}`, { status, code: error.code })
  return trace.log('info', `up: ${status_code} in ${latency_ms} ms`, { status, status_code, latency_ms })
}

/** A cookie that the check itself gives goes first; it is gone after a redirect to another origin. */
function withCookies(ask: HttpAsk, kept: string | undefined): HttpAsk {
  if (!kept) return ask
  const cookie = [ask.headers.cookie, kept].filter(Boolean).join('; ')
  return { ...ask, headers: { ...ask.headers, cookie } }
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
  error: null,
})

import { createCookies } from '../../base/cookies'
import type { BodyLimits, HttpRequest, HttpResponse } from '../../base/http'
import type { Attempt } from './attempt'
import { redactedUrl } from './headers'
import type { HttpFindings } from './outcome'
import { Down, isRefused } from './phases'
import { follow, locationOf } from './redirects'
import { type Manner, readLast, visit } from './visit'
import { warn } from './warnings'

const REDIRECTS_MAX = 10
/** `accept-encoding` is the same as in browsers, so that the check measures what people wait for. */
const HEADERS = { 'user-agent': 'Tailrace-HealthCheck', accept: '*/*', 'accept-encoding': 'gzip, deflate, br' }

/** What to send, and how. */
export interface Exchange extends Manner, BodyLimits {
  url: string
  method: string
  headers: Record<string, string>
  body?: Buffer
  followRedirects: boolean
}

/**
 * Sends a request over new connections, follows redirects to the last response and reads that.
 * @param found receives what is seen on the way, whether or not this succeeds
 * @throws Down
 */
export async function exchange(plan: Exchange, found: HttpFindings, attempt: Attempt): Promise<void> {
  const { method, body } = plan
  let request: HttpRequest = { url: new URL(plan.url), method, headers: headersOf(plan), ...(body && { body }) }
  const cookies = createCookies()
  for (let hop = 0; ; hop++) {
    found.url = redactedUrl(request.url)
    found.headers = null
    attempt.outcome.tls = null
    attempt.outcome.details.address = null
    const { answer, close } = await visit(withCookies(request, cookies.header(request.url)), plan, hop, found, attempt)
    try {
      const status = answer.response.statusCode ?? 0
      attempt.outcome.status_code = status
      found.headers = answer.response.headersDistinct
      const location = plan.followRedirects ? locationIn(answer) : undefined
      if (location === undefined) return await readLast(answer, plan, hop, found, attempt)
      const leftOut = cookies.keep(request.url, answer.response.headers['set-cookie'])
      if (leftOut) await warn(cookiesLeftOut(leftOut), attempt.outcome, attempt.trace)
      request = await redirect(request, status, location, found, attempt)
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

async function redirect(
  request: HttpRequest,
  status: number,
  location: string,
  { redirects }: HttpFindings,
  { outcome, trace }: Attempt,
) {
  const next = follow(request, status, location)
  if (isRefused(next)) throw new Down(next.error)
  if (redirects.length === REDIRECTS_MAX) {
    throw new Down({ code: 'too_many_redirects', message: `The server redirected more than ${REDIRECTS_MAX} times` })
  }
  const url = redactedUrl(request.url)
  redirects.push({ url, status })
  const message = `${status} redirects to ${redactedUrl(next.url)}`
  if (request.url.protocol === 'https:' && next.url.protocol === 'http:')
    await warn({ code: 'redirect_leaves_tls', message: `${message}, which is not encrypted` }, outcome, trace, {
      url,
      status,
    })
  else await trace.log('info', message, { url, status })
  return next
}

/** Adds cookies from the jar after those of the check itself, which do not survive a redirect to another origin. */
function withCookies(request: HttpRequest, kept: string | undefined): HttpRequest {
  if (!kept) return request
  const cookie = [request.headers.cookie, kept].filter(Boolean).join('; ')
  return { ...request, headers: { ...request.headers, cookie } }
}

const headersOf = ({ headers, body }: Exchange) => ({
  ...HEADERS,
  ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  ...(body && { 'content-length': String(body.length) }),
})

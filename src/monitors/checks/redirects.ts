import { type Refused, refused } from '../../base/failure'
import type { HttpAsk } from '../../base/http'
import { isSecretHeader } from './headers'

const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Describe a body; a request that turned into GET has none (RFC 9110 section 15.4). */
const ABOUT_BODY = /^content-/i

/** Where a response sends the caller on to, if anywhere. */
export function locationOf(status: number, location: string | undefined): string | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined
  return Buffer.from(location, 'latin1').toString() // headers arrive as bytes; servers write addresses in UTF-8
}

/**
 * The request that follows a redirect (RFC 9110 section 15.4): 303 turns all but HEAD into GET, 301 and 302 turn POST
 * into GET, 307 and 308 change nothing. Credentials do not cross to another origin. Header names are in lower case.
 */
export function follow(ask: HttpAsk, status: number, location: string): HttpAsk | Refused {
  if (!URL.canParse(location, ask.url.href))
    return refused('redirect_invalid', 'The redirect leads to no valid address')
  const url = new URL(location, ask.url)
  if (!/^https?:$/.test(url.protocol)) {
    return refused('redirect_invalid', `The redirect leads to ${url.protocol}, not to http or https`)
  }
  url.username = ''
  url.password = ''
  const method = methodAfter(status, ask.method)
  const dropped = (name: string) =>
    (url.origin !== ask.url.origin && (isSecretHeader(name) || name === 'host')) ||
    (method !== ask.method && ABOUT_BODY.test(name))
  const headers = Object.fromEntries(Object.entries(ask.headers).filter(([name]) => !dropped(name)))
  return { url, method, headers }
}

function methodAfter(status: number, method: string): string {
  const seeOther = status === 303 && method !== 'HEAD'
  const historic = (status === 301 || status === 302) && method === 'POST'
  return seeOther || historic ? 'GET' : method
}

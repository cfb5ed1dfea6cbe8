import { urlFrom } from '../../../text/url'
import { type Refused, refused } from '../../base/failure'
import { type HttpRequest, isRedirect } from '../../base/http'
import { isSecretHeader } from './headers'

/** Headers that describe a body, which a request that turned into GET does not have (RFC 9110 section 15.4). */
const ABOUT_BODY = /^content-/i

/**
 * Where a response redirects to, if anywhere. As in Chromium, an empty location is ignored, different locations are a
 * failure, and non-ASCII bytes are percent-encoded as they are.
 * @param locations the values of all `Location` headers, one character per byte
 */
export function locationOf(status: number, locations: readonly string[] = []): string | Refused | undefined {
  if (!isRedirect(status)) return undefined
  const [location, ...others] = new Set(locations)
  if (others.length) return refused('redirect_invalid', 'The redirect has several different Location headers')
  return location?.replace(/[\x80-\xff]/g, byte => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`) || undefined
}

/**
 * The request that follows a redirect (RFC 9110 section 15.4): 303 turns all but HEAD into GET, 301 and 302 turn POST
 * into GET, 307 and 308 change nothing. The body stays as long as the method. Credentials do not cross to another origin. Header names are in lower case.
 */
export function follow(request: HttpRequest, status: number, location: string): HttpRequest | Refused {
  const url = urlFrom(location, request.url)
  if (!url) return refused('redirect_invalid', 'The redirect has no valid address')
  if (!/^https?:$/.test(url.protocol)) {
    return refused('redirect_invalid', `The redirect leads to ${url.protocol}, not to http or https`)
  }
  if (url.port === '0') return refused('redirect_invalid', 'The redirect leads to port 0')
  if (!location.includes('#')) url.hash = request.url.hash
  url.username = ''
  url.password = ''
  const method = methodAfter(status, request.method)
  const dropped = (name: string, value: string) =>
    (url.origin !== request.url.origin && (isSecretHeader(name, value) || name === 'host')) ||
    (method !== request.method && ABOUT_BODY.test(name))
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name, value]) => !dropped(name, value)))
  return { url, method, headers, ...(request.body && method === request.method && { body: request.body }) }
}

function methodAfter(status: number, method: string): string {
  const seeOther = status === 303 && method !== 'HEAD'
  const historic = (status === 301 || status === 302) && method === 'POST'
  return seeOther || historic ? 'GET' : method
}

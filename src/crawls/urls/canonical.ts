import { withoutRootDot } from '../../base/host-name'
import { withoutSession, withoutTracking } from './tracking'

/** A percent sign, with the two digits of what it encodes, if it encodes anything. */
const ENCODED = /%(?:([0-9a-f]{2})|)/gi
/** RFC 3986 section 2.3. */
const UNRESERVED = /[A-Za-z0-9._~-]/

/**
 * The form that tells which URLs are the same (RFC 3986 section 6.2.2): besides what parsing does (case of scheme and
 * host, default port, dot segments), percent-encoding is unified, and an empty query and tracking are dropped.
 * The query keeps its order: servers may read it by position, and two orders of the same parameters are rare. A slash
 * at the end stays, because relative links depend on it; http and https stay apart, because servers may differ in them.
 */
export function canonicalOf(url: URL, stripTracking: boolean): string {
  const path = unified(stripTracking ? withoutSession(url.pathname) : url.pathname)
  const query = unified(url.search.slice(1))
  const kept = stripTracking && query ? withoutTracking(query) : query
  return `${url.protocol}//${hostOf(url)}${path}${kept && `?${kept}`}`
}

/** The host name, with the port unless it is that of the scheme. `example.org.` is the same host as `example.org`. */
export const hostOf = (url: URL): string =>
  url.hostname.endsWith('.') ? `${withoutRootDot(url.hostname)}${url.port && `:${url.port}`}` : url.host

const unified = (text: string): string =>
  text.includes('%')
    ? text.replace(ENCODED, (_, digits?: string) => {
        // a percent sign that encodes nothing is itself encoded, so that it cannot form a code with what follows
        if (digits === undefined) return '%25'
        const character = String.fromCharCode(Number.parseInt(digits, 16))
        return UNRESERVED.test(character) ? character : `%${digits.toUpperCase()}`
      })
    : text

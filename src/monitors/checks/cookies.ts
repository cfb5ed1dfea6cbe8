import { Cookie, CookieJar, MemoryCookieStore } from 'tough-cookie'

/** Chromium's limits: cookies that it keeps for one site, and bytes of name and value together. */
const COOKIES_MAX = 180
const PAIR_BYTES_MAX = 4_096
/** RFC 6265bis section 5.6: a longer attribute is ignored. */
const ATTRIBUTE_LENGTH_MAX = 1_024

/**
 * Keeps cookies from redirect to redirect within one check, as browsers do (RFC 6265bis): by domain, path, expiry,
 * prefix and public suffix. SameSite restricts nothing here, because a check is like an address that somebody types,
 * except that `None` without `Secure` is refused. Every check has a jar of its own.
 */
export function createCookies() {
  const store = new MemoryCookieStore()
  const jar = new CookieJar(store, { prefixSecurity: 'unsafe-disabled', enforceSecureOriginOnStorage: true })
  /** What the jar holds, by domain, path and name. */
  const held = new Set<string>()

  /** Whether there was room for it. */
  function put(cookie: Cookie, url: URL): boolean {
    const kept = jar.setCookieSync(cookie, url.href, { ignoreError: true })
    if (!kept) return true
    const { domain, path, key } = kept
    const place = [domain, path, key].join(' ')
    if (kept.TTL() <= 0) held.delete(place)
    else if (held.has(place) || held.size < COOKIES_MAX) held.add(place)
    else {
      store.removeCookie(domain ?? '', path ?? '', key, () => undefined)
      return false
    }
    return true
  }

  return {
    /**
     * Takes the `Set-Cookie` headers of a response.
     * @returns how many were left out because the jar is full
     */
    keep: (url: URL, headers: readonly string[] = []): number =>
      headers.flatMap(header => read(header) ?? []).filter(cookie => !put(cookie, url)).length,

    /** The `Cookie` header for a request, if there is one to send. */
    header: (url: URL): string | undefined => (held.size && jar.getCookieStringSync(url.href)) || undefined,
  }
}

function read(header: string): Cookie | undefined {
  const [pair = '', ...attributes] = header.split(';')
  const kept = attributes.filter(text => (text.split('=', 2)[1] ?? '').trim().length <= ATTRIBUTE_LENGTH_MAX)
  const cookie = Cookie.parse([pair, ...kept].join(';'), { loose: true }) // a cookie without a name is one for browsers, too
  if (!cookie || cookie.cookieString().length > PAIR_BYTES_MAX) return undefined
  const isPartitioned = attributes.some(text => text.trim().toLowerCase() === 'partitioned')
  if ((cookie.sameSite === 'none' || isPartitioned) && !cookie.secure) return undefined
  return keepsPromise(cookie) ? cookie : undefined
}

/**
 * Whether a cookie is what the prefix of its name promises (RFC 6265bis section 4.1.3, and `__Http-` of its successor), in upper or lower case.
 * tough-cookie knows two of the prefixes, and in one spelling only.
 */
function keepsPromise({ key, secure, httpOnly, domain, path }: Cookie): boolean {
  const prefix = /^__(secure|host-http|host|http)-/i.exec(key)?.[1]?.toLowerCase()
  if (!prefix) return true
  if (!secure || (prefix.endsWith('http') && !httpOnly)) return false
  return !prefix.startsWith('host') || (domain === null && path === '/')
}

import { Cookie, CookieJar, MemoryCookieStore } from 'tough-cookie'

/** Chromium's limits: cookies that it keeps for one site, and bytes of name and value together. */
const COOKIES_MAX = 180
const PAIR_BYTES_MAX = 4_096

/**
 * Keeps cookies from redirect to redirect within one check, as browsers do (RFC 6265bis): by domain, path, expiry,
 * prefix and public suffix. SameSite restricts nothing here, because a check is like an address that somebody types,
 * except that `None` without `Secure` is refused. Every check has a jar of its own.
 */
export function createCookies() {
  const store = new MemoryCookieStore()
  const jar = new CookieJar(store, { prefixSecurity: 'silent', enforceSecureOriginOnStorage: true })
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
  const cookie = Cookie.parse(header, { loose: true }) // a cookie without a name is one for browsers, too
  if (!cookie || cookie.cookieString().length > PAIR_BYTES_MAX) return undefined
  if (cookie.sameSite === 'none' && !cookie.secure) return undefined
  return cookie
}

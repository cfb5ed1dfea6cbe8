import { Cookie, CookieJar } from 'tough-cookie'

/** Chromium's limits: cookies kept for one site, and bytes of name and value together. */
const COOKIES_MAX = 180
const PAIR_BYTES_MAX = 4_096

/**
 * Keeps cookies from redirect to redirect within one check, as browsers do (RFC 6265bis): by domain, path, expiry,
 * prefix and public suffix. SameSite restricts nothing here, because a check is like an address that somebody types,
 * except that `None` without `Secure` is refused. Every check has a jar of its own.
 */
export function createCookies() {
  const jar = new CookieJar(null, { prefixSecurity: 'silent', enforceSecureOriginOnStorage: true })
  let taken = 0

  return {
    /**
     * Takes the `Set-Cookie` headers of a response.
     * @returns how many were left out because the jar is full
     */
    keep(url: URL, headers: readonly string[] = []): number {
      const cookies = headers.flatMap(header => read(header) ?? [])
      const fitting = cookies.slice(0, COOKIES_MAX - taken)
      for (const cookie of fitting) jar.setCookieSync(cookie, url.href, { ignoreError: true })
      taken += fitting.length
      return cookies.length - fitting.length
    },

    /** The `Cookie` header for a request, if there is one to send. */
    header: (url: URL): string | undefined => (taken && jar.getCookieStringSync(url.href)) || undefined,
  }
}

function read(header: string): Cookie | undefined {
  const cookie = Cookie.parse(header, { loose: true }) // a cookie without a name is one for browsers, too
  if (!cookie || cookie.cookieString().length > PAIR_BYTES_MAX) return undefined
  if (cookie.sameSite === 'none' && !cookie.secure) return undefined
  return cookie
}

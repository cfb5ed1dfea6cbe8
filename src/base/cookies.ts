import { Cookie, CookieJar, MemoryCookieStore } from 'tough-cookie'

/** Chromium's limits: cookies of a site, and bytes of a cookie's name and value together. */
const COOKIES_MAX = 180
const PAIR_BYTES_MAX = 4_096
/** RFC 6265bis section 5.6: longer attributes are ignored. */
const ATTRIBUTE_LENGTH_MAX = 1_024

/**
 * Keeps cookies across the requests of one check or crawl, as browsers do (RFC 6265bis): by domain, path, expiry, prefix
 * and public suffix. SameSite restricts nothing here, because each request is like a URL typed into a browser, except
 * that `None` without `Secure` is refused.
 * @param cookiesMax of all sites together
 */
export function createCookies(cookiesMax = COOKIES_MAX) {
  const store = new MemoryCookieStore()
  const jar = new CookieJar(store, { prefixSecurity: 'unsafe-disabled', enforceSecureOriginOnStorage: true })
  /** Ids of the cookies in the jar: domain, path and name. */
  const held = new Set<string>()

  /** Stores a cookie. @returns whether there was room for it */
  function put(cookie: Cookie, url: URL): boolean {
    const kept = jar.setCookieSync(cookie, url.href, { ignoreError: true })
    if (!kept) return true
    const { domain, path, key } = kept
    const id = [domain, path, key].join(' ')
    if (kept.TTL() <= 0) held.delete(id)
    else if (held.has(id) || held.size < cookiesMax) held.add(id)
    else {
      store.removeCookie(domain ?? '', path ?? '', key, () => undefined)
      return false
    }
    return true
  }

  return {
    /**
     * Stores the cookies in the `Set-Cookie` headers of a response.
     * @returns how many were left out because the jar is full
     */
    keep: (url: URL, headers: readonly string[] = []): number =>
      headers.flatMap(header => read(header) ?? []).filter(cookie => !put(cookie, url)).length,

    /** The `Cookie` header for a request; undefined if there are no cookies to send. */
    header: (url: URL): string | undefined => (held.size && jar.getCookieStringSync(url.href)) || undefined,
  }
}

function read(header: string): Cookie | undefined {
  const [pair = '', ...attributes] = header.split(';')
  const kept = attributes.filter(text => (text.split('=', 2)[1] ?? '').trim().length <= ATTRIBUTE_LENGTH_MAX)
  const cookie = Cookie.parse([pair, ...kept].join(';'), { loose: true }) // browsers accept cookies without a name, too
  if (!cookie || cookie.cookieString().length > PAIR_BYTES_MAX) return undefined
  const isPartitioned = attributes.some(text => text.trim().toLowerCase() === 'partitioned')
  if ((cookie.sameSite === 'none' || isPartitioned) && !cookie.secure) return undefined
  return satisfiesPrefix(cookie) ? cookie : undefined
}

/**
 * Whether a cookie satisfies the prefix of its name, in any case (RFC 6265bis section 4.1.3, and `__Http-` of its
 * successor). tough-cookie knows only two of the prefixes, and only in one spelling.
 */
function satisfiesPrefix({ key, secure, httpOnly, domain, path }: Cookie): boolean {
  const prefix = /^__(secure|host-http|host|http)-/i.exec(key)?.[1]?.toLowerCase()
  if (!prefix) return true
  if (!secure || (prefix.endsWith('http') && !httpOnly)) return false
  return !prefix.startsWith('host') || (domain === null && path === '/')
}

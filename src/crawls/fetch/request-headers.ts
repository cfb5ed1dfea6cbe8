import type { CrawlSecrets } from '../../contract/crawl-settings'

/** What is secret, and for whom. */
export interface OriginSecrets extends CrawlSecrets {
  /** Such as `https://example.org`. No other origin gets them, not even over a redirect. */
  origins: ReadonlySet<string>
}

export interface RequestHeaderOptions {
  url: string
  userAgent: string
  /** Default: HTML, and all else. */
  accept?: string
  /** Asks only for what has changed since (RFC 9110 section 13.1). */
  conditional?: { etag: string | null; lastModified: string | null }
  secrets?: OriginSecrets
  /** The `Cookie` header from a jar. */
  cookie?: string
}

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

/** The headers of a request, named in lower case. Those that are secret replace others of their name. */
export function requestHeaders(options: RequestHeaderOptions): Record<string, string> {
  const { url, userAgent, accept = ACCEPT, conditional, secrets, cookie } = options
  return {
    'user-agent': userAgent,
    accept,
    'accept-encoding': 'gzip, deflate, br',
    ...(conditional?.etag && { 'if-none-match': conditional.etag }),
    ...(conditional?.lastModified && { 'if-modified-since': conditional.lastModified }),
    ...withCookie(secrets?.origins.has(new URL(url).origin) ? secretHeaders(secrets) : {}, cookie),
  }
}

function secretHeaders({ headers = {}, basic }: CrawlSecrets): Record<string, string> {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { ...(basic && { authorization: authorization(basic) }), ...Object.fromEntries(named) }
}

/** RFC 7617, in UTF-8. */
const authorization = ({ username, password }: NonNullable<CrawlSecrets['basic']>) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** Cookies that were given come before those that were set. */
function withCookie(headers: Record<string, string>, cookie: string | undefined): Record<string, string> {
  return cookie ? { ...headers, cookie: [headers.cookie, cookie].filter(Boolean).join('; ') } : headers
}

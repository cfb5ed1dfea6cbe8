import { createCookies } from '../../base/cookies'

/** Of all sites of a crawl together. */
const COOKIES_MAX = 1_000
/** Servers refuse requests with more, and say that nothing is there. */
const HEADER_BYTES_MAX = 8 * 1024

/** The cookies of one crawl in one process. They are lost with it. */
export class CrawlCookies {
  private readonly jar = createCookies(COOKIES_MAX)

  /** @param setCookies the `Set-Cookie` headers of the response */
  keep(url: string, setCookies: readonly string[]) {
    if (setCookies.length) this.jar.keep(new URL(url), setCookies)
  }

  /** The `Cookie` header for a request, cut to 8 KiB; undefined if there is none to send. */
  header(url: string): string | undefined {
    const whole = this.jar.header(new URL(url))
    if (whole === undefined || whole.length <= HEADER_BYTES_MAX) return whole
    const end = whole.lastIndexOf('; ', HEADER_BYTES_MAX)
    return end < 0 ? undefined : whole.slice(0, end)
  }
}

import { isRedirect } from '../../base/http'
import type { CrawlSettings } from '../../contract/crawl-settings'
import { CrawlCookies } from '../fetch/crawl-cookies'
import type { FetchedResponse, FetchRequest } from '../fetch/fetcher'
import { requestHeaders } from '../fetch/request-headers'
import { ACCEPT_PAGES, isPage } from '../html/page-type'
import type { Scope } from '../scope/scope'
import type { CrawlUrl } from '../urls/crawl-url'
import { readUrl } from '../urls/read-url'
import type { OriginRobots } from './origin-robots'
import type { PreviewRequest } from './preview-request'

interface Visit {
  /** Where redirects led. */
  url: string
  response?: FetchedResponse
  /** Why there is no page, in words. */
  error?: string
}

/** Fetches the first seed as a crawl does: with redirects, for each of which scope and robots.txt are asked again. */
export async function visitSeed(
  { request, scope, robots }: { request: PreviewRequest; scope: Scope; robots: OriginRobots },
  signal: AbortSignal,
): Promise<Visit> {
  const { fetcher, settings } = request
  const ask = askerOf(request)
  const seen = new Set<string>()
  let url = firstSeed(settings)
  for (;;) {
    seen.add(url.key)
    if (settings.politeness.obey_robots) await robots.read(url.href)
    const denied = robots.problemOf(url.href)
    if (denied) return { url: url.href, error: `${denied.explanation}.` }
    const result = await fetcher.fetch(ask.request(url.href), signal)
    if (result.kind === 'failure') return { url: url.href, error: result.message }
    ask.cookies?.keep(url.href, result.setCookies)
    const { status, headers } = result
    const stopped = (error: string): Visit => ({ url: url.href, response: result, error })
    if (!isRedirect(status)) return { url: url.href, response: result, error: pageProblem(result) }
    const next = headers.location ? readUrl(headers.location, url.href, ask.urlOptions) : undefined
    if (!next) return stopped(`It redirects with ${status}, but to no page.`)
    const decision = scope.decideRedirect(next)
    if (!decision.accepted) return stopped(`It redirects to ${next.href}. ${decision.explanation}.`)
    if (seen.has(next.key)) return stopped(`It redirects in a loop, to ${next.href}`)
    if (seen.size > settings.limits.redirects)
      return stopped(`It redirects more than ${settings.limits.redirects} times.`)
    url = next
  }
}

/** @throws Error unless the settings were checked */
export function firstSeed({ seeds: [seed = ''], strip_tracking }: CrawlSettings): CrawlUrl {
  const url = readUrl(seed, undefined, { stripTracking: strip_tracking })
  if (!url) throw new Error(`Not a URL: ${seed}`)
  return url
}

/** Secrets go to the origins of the seeds only. */
function askerOf({ settings, secrets }: PreviewRequest) {
  const { seeds, limits, user_agent: userAgent, strip_tracking: stripTracking } = settings
  const origins = new Set(seeds.map(seed => new URL(seed).origin))
  const cookies = settings.cookies ? new CrawlCookies() : undefined
  const headersFor = (url: string) => {
    const cookie = cookies?.header(url)
    return requestHeaders({
      url,
      userAgent,
      accept: ACCEPT_PAGES,
      ...(cookie && { cookie }),
      secrets: { ...secrets, origins },
    })
  }
  return {
    cookies,
    urlOptions: { stripTracking },
    request: (url: string): FetchRequest => ({
      url,
      method: 'GET',
      headers: headersFor(url),
      timeoutMs: limits.timeout_ms,
      bodyBytesMax: limits.page_bytes,
      wantsBody: (status, type) => status >= 200 && status < 300 && isPage(type),
    }),
  }
}

function pageProblem({ status, statusText, headers }: FetchedResponse): string | undefined {
  if (status < 200 || status >= 300) return `The server answered ${`${status} ${statusText}`.trim()}.`
  const type = headers['content-type'] ?? null
  return isPage(type) ? undefined : `Not HTML, but ${type}.`
}

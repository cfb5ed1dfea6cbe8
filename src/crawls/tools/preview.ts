import type { CrawlPreview } from '../../contract/crawl-tools'
import { readResponse } from '../html/read-response'
import { productToken } from '../robots/product-token'
import { createScope } from '../scope/scope'
import { linkVerdicts } from './link-verdicts'
import { OriginRobots } from './origin-robots'
import type { PreviewRequest } from './preview-request'
import { robotsReportOf } from './robots-report'
import { firstSeed, visitSeed } from './visit-seed'

/** Fetches the first seed, and says what a crawl would make of it. */
export async function preview(request: PreviewRequest, signal: AbortSignal): Promise<CrawlPreview> {
  const { settings } = request
  const urlOptions = { stripTracking: settings.strip_tracking }
  const token = productToken(settings.user_agent)
  const scope = createScope(settings, urlOptions)
  const robots = new OriginRobots(request, token, signal)
  const { href } = firstSeed(settings)
  const { summary } = robotsReportOf((await robots.read(href)).file, token)
  const visit = await visitSeed({ request, scope, robots }, signal)
  const seen = {
    url: href,
    final_url: visit.url,
    status_code: visit.response?.status ?? null,
    error: visit.error ?? null,
    robots: summary,
  }
  if (!visit.response || visit.error) return { ...seen, title: null, links: [], links_left_out: 0, extracted: {} }
  const { content } = readResponse(visit.response, { url: visit.url, token }, settings)
  const { links, leftOut } = linkVerdicts(content.links, { scope, robots, urlOptions })
  const { title, linksLeftOut, extracted } = content
  return { ...seen, title, links, links_left_out: leftOut + linksLeftOut, extracted }
}

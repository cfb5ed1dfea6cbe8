import type { CrawlSettings } from '../../contract/crawl-settings'
import { decodeBody } from '../fetch/decode-body'
import type { FetchedResponse } from '../fetch/fetcher'
import { type Directives, headerDirectives } from './directives'
import type { PageContent } from './page-content'
import { readPage } from './read-page'

export interface ReadResponse {
  content: PageContent
  charset: string
  /** How the charset is known. */
  source: string
}

/**
 * Reads the page of a response, with what its headers say.
 * @param page its address, and the product token of the crawler
 */
export function readResponse(
  response: FetchedResponse,
  page: { url: string; token: string },
  { extract, limits, politeness }: Pick<CrawlSettings, 'extract' | 'limits' | 'politeness'>,
): ReadResponse {
  const { text, charset, source } = decodeBody(response.body, response.headers['content-type'] ?? null)
  const obeyNofollow = politeness.obey_robots
  const content = readPage(text, { ...page, extract, linksMax: limits.links_per_page, obeyNofollow })
  const header = headerDirectives(robotsTags(response), page.token)
  return { content: withHeader(content, header, obeyNofollow), charset, source }
}

/** What `X-Robots-Tag` says counts as if the page said it. */
function withHeader(content: PageContent, header: Directives, obeyNofollow: boolean): PageContent {
  if (!header.noindex && !header.nofollow) return content
  const links =
    header.nofollow && obeyNofollow ? content.links.map(link => ({ ...link, nofollow: true })) : content.links
  return {
    ...{ ...content, links },
    ...{ noindex: content.noindex || header.noindex, nofollow: content.nofollow || header.nofollow },
  }
}

/** Names and values take turns. */
const robotsTags = ({ rawHeaders }: FetchedResponse): string[] =>
  rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'x-robots-tag')

import type { Extraction } from '../../contract/crawl-settings'
import { readUrl } from '../urls/read-url'
import { extracted } from './extract'
import type { ContentLink, PageContent } from './page-content'
import { PageFacts, type RawLink } from './page-facts'
import { PageReader } from './page-reader'
import { cutTo, words } from './words'

export interface ReadOptions {
  /** Of the page, absolute. */
  url: string
  /** The product token of the crawler, whose name directives may have. */
  token: string
  extract: readonly Extraction[]
  /** More are counted only. */
  linksMax: number
  /** Otherwise no link is flagged. */
  obeyNofollow: boolean
}

const TITLE_MAX = 1_000
const DESCRIPTION_MAX = 2_000
const LANG_MAX = 50
const REL_MAX = 200
const MIXED_CONTENT_MAX = 20
/** Also paid links and those that visitors wrote, which search engines read as hints not to follow them. */
const NOFOLLOW = /(?:^|\s)(?:nofollow|ugc|sponsored)(?:$|\s)/i

/** Reads what matters to a crawl out of a page, by the rules of HTML where they matter for it. Never throws. */
export function readPage(html: string, { url, token, extract, linksMax, obeyNofollow }: ReadOptions): PageContent {
  const facts = new PageFacts(token.toLowerCase(), linksMax)
  const reader = new PageReader(html, facts)
  reader.read()
  const base = baseOf(facts.base, url)
  const { nofollow } = facts.directives
  return {
    title: cutTo(words(reader.title), TITLE_MAX) || null,
    description: cutTo(words(facts.description ?? ''), DESCRIPTION_MAX) || null,
    canonical: facts.canonical ? (absolute(facts.canonical, base) ?? null) : null,
    lang: cutTo(words(facts.lang ?? ''), LANG_MAX) || null,
    ...facts.directives,
    headings: facts.headings,
    text: reader.text.toString(),
    links: facts.links.flatMap(link => contentLink(link, { base, url, isExcluded: nofollow, obeyNofollow }) ?? []),
    linksLeftOut: facts.linksLeftOut,
    mixedContent: mixedContent(facts.resources, base, url),
    extracted: extracted(html, extract),
  }
}

/** The first `<base>` counts. Browsers ignore it if it is `data:`, `javascript:` or no URL. */
const baseOf = (href: string | undefined, url: string): string => (href && absolute(href, url)) || url

const absolute = (href: string, base: string): string | undefined => readUrl(href, base, { stripTracking: true })?.href

function contentLink(
  { href, text, rel }: RawLink,
  page: { base: string; url: string; isExcluded: boolean; obeyNofollow: boolean },
): ContentLink | undefined {
  // a place on the same page
  if (page.base === page.url && /^\s*#/.test(href)) return undefined
  const url = absolute(href, page.base)
  if (url === undefined) return undefined
  const nofollow = page.obeyNofollow && (page.isExcluded || (rel !== null && NOFOLLOW.test(rel)))
  return { url, text, rel: rel && cutTo(rel, REL_MAX), nofollow }
}

function mixedContent(resources: readonly string[], base: string, url: string): string[] {
  if (!/^https:/i.test(url)) return []
  const found = new Set<string>()
  for (const resource of resources) {
    if (!/^\s*http:/i.test(resource) && /^https:/i.test(base)) continue
    const loaded = absolute(resource, base)
    if (loaded?.startsWith('http:')) found.add(loaded)
    if (found.size >= MIXED_CONTENT_MAX) break
  }
  return [...found]
}

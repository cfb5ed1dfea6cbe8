import type { Db } from '../../base/db'
import type { BrokenLink } from '../../contract/crawl-reports'
import { contentsOf } from '../pages/content-store'
import type { ReadCrawl } from '../pages/crawl-ref-store'
import { LinkFinder } from '../pages/link-finder'
import { PAGES_START, type PagePosition } from '../pages/page-rows'
import { type BrokenEdge, listBrokenLinks, listBrokenPages, listBrokenSizes, listEdgesTo } from './broken-store'
import { grouped } from './grouped'

/** Referrers in one reply. A page of the list ends early rather than have more, but always has an item. */
const REFERRERS_MAX = 20_000
/** Without an analysis: reading the text of a link takes time. */
const LIVE_PAGES_MAX = 100
const LIVE_REFERRERS_EACH = 20
/** Each goes through all pages for up to 100 URLs. */
const LIVE_ROUNDS_MAX = 5

interface Query {
  isNew: boolean | undefined
  after: PagePosition | undefined
  limit: number
}

interface BrokenPage {
  items: BrokenLink[]
  /** Where the next page begins; null: this is the last one. */
  next: PagePosition | null
}

/** Broken links of a crawl by URL: as analysed, or computed from what has been fetched so far. */
export const brokenLinksOf = (db: Db, crawl: ReadCrawl, query: Query): Promise<BrokenPage> =>
  crawl.is_analysed ? storedLinks(db, crawl, query) : liveLinks(db, crawl, query)

async function storedLinks(db: Db, { ref }: ReadCrawl, query: Query): Promise<BrokenPage> {
  const { isNew, after = PAGES_START } = query
  const sizes = await listBrokenSizes(db, ref, { isNew, after, limit: query.limit + 1 })
  let sum = 0
  const fitting = sizes.findIndex(({ kept }, index) => {
    sum += kept
    return sum > REFERRERS_MAX && index > 0
  })
  const limit = Math.min(query.limit, fitting < 0 ? sizes.length : fitting)
  const items = limit ? await listBrokenLinks(db, ref, { isNew, after, limit }) : []
  const last = sizes[limit - 1]
  return { items, next: sizes.length > limit && last ? { url: last.url, key: last.key } : null }
}

/** The same rules for a crawl that is not analysed yet. Which links are new is not known. */
async function liveLinks(db: Db, crawl: ReadCrawl, { isNew, after, limit: asked }: Query): Promise<BrokenPage> {
  if (isNew !== undefined) return { items: [], next: null }
  const limit = Math.min(asked, LIVE_PAGES_MAX)
  const items: BrokenLink[] = []
  for (let from = after ?? PAGES_START, round = 1; ; round++) {
    const found = await listBrokenPages(db, crawl.ref, from, limit + 1)
    const pages = found.slice(0, limit - items.length)
    items.push(...(await withReferrers(db, crawl, pages)))
    const last = pages.at(-1)
    if (!last || found.length <= pages.length) return { items, next: null }
    from = { url: last.url, key: last.key }
    if (items.length === limit || round === LIVE_ROUNDS_MAX) return { items, next: from }
  }
}

type FoundPage = Awaited<ReturnType<typeof listBrokenPages>>[number]

async function withReferrers(db: Db, crawl: ReadCrawl, pages: readonly FoundPage[]): Promise<BrokenLink[]> {
  const keys = pages.map(({ key }) => key)
  const edges = await listEdgesTo(db, crawl.ref, keys, LIVE_REFERRERS_EACH)
  const byTarget = grouped(edges, ({ key }) => key)
  const links = await linksOf(db, crawl, new Map(pages.map(({ key, url }) => [key, url])), edges)
  return pages.flatMap(page => {
    const [first, ...others] = byTarget.get(page.key) ?? []
    if (!first) return []
    const linkOf = (edge: BrokenEdge) => links.get(edge.from_key)?.get(page.key)
    const referrers = [first, ...others].map(edge => ({ url: edge.from_url, text: linkOf(edge)?.text ?? '' }))
    return { ...page, url: linkOf(first)?.url ?? page.url, is_new: null, referrer_count: first.count, referrers }
  })
}

/** The first link of each page to each of the URLs it links to, by page and URL. */
async function linksOf(
  db: Db,
  { ref, settings }: ReadCrawl,
  urls: ReadonlyMap<string, string>,
  edges: readonly BrokenEdge[],
) {
  const finder = new LinkFinder(urls, { stripTracking: settings.strip_tracking })
  const byPage = grouped(edges, ({ from_key }) => from_key)
  const links = new Map<string, ReturnType<LinkFinder['find']>>()
  for await (const { key, content } of contentsOf(db, ref, [...byPage.keys()])) {
    const targets = byPage.get(key)?.map(edge => edge.key) ?? []
    links.set(key, finder.find(content.links, targets))
  }
  return links
}

import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import type { PageLink } from '../../contract/crawl-pages'
import { contentsOf } from '../pages/content-store'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { PAGES_START, pagePosition } from '../pages/page-rows'
import { listLinkingPages } from './edge-store'

/** A link of a page: the page, and how many of its links come before. */
export const edgePosition = pagePosition.extend({ no: z.number().int() })
type EdgePosition = z.output<typeof edgePosition>

export type PlacedEdge = PageLink & { from: string; place: EdgePosition }

const PAGES_READ = 50

/** Links by page, in the order of the page. */
export async function edgesOf(db: Db, crawl: CrawlRef, after: EdgePosition | undefined, limit: number) {
  const edges: PlacedEdge[] = []
  for await (const edge of edgesFrom(db, crawl, after ?? { ...PAGES_START, no: -1 })) {
    edges.push(edge)
    if (edges.length === limit) break
  }
  return edges
}

async function* edgesFrom(db: Db, crawl: CrawlRef, start: EdgePosition): AsyncGenerator<PlacedEdge> {
  for (let from = start; ; ) {
    const pages = await listLinkingPages(db, crawl, from, PAGES_READ)
    const byKey = new Map(pages.map(page => [page.key, page]))
    for await (const { key, content } of contentsOf(db, crawl, [...byKey.keys()])) {
      const { url = '', page_url = '' } = byKey.get(key) ?? {}
      const done = key === from.key ? from.no + 1 : 0
      for (const [index, link] of content.links.slice(done).entries())
        yield { ...link, from: page_url, place: { url, key, no: done + index } }
    }
    const last = pages.at(-1)
    if (!last || pages.length < PAGES_READ) return
    from = { url: last.url, key: last.key, no: Number.MAX_SAFE_INTEGER - 1 }
  }
}

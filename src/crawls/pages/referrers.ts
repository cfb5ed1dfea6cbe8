import type { Db } from '../../base/db'
import type { Referrer } from '../../contract/crawl-pages'
import { contentsOf } from './content-store'
import type { ReadCrawl } from './crawl-ref-store'
import { LinkFinder } from './link-finder'
import { PAGES_START, type PagePosition } from './page-rows'
import { listReferringPages, type ReferringPage } from './referrer-store'

/** Pages that link to a URL, each with the text of its first link. */
export async function referrersOf(
  db: Db,
  { ref, settings }: ReadCrawl,
  target: { key: string; url: string },
  { after = PAGES_START, limit }: { after?: PagePosition | undefined; limit: number },
): Promise<(ReferringPage & { text: string })[]> {
  const pages = await listReferringPages(db, ref, target.key, { after, limit })
  const finder = new LinkFinder(new Map([[target.key, target.url]]), { stripTracking: settings.strip_tracking })
  const texts = new Map<string, string>()
  const keys = pages.map(({ key }) => key)
  for await (const { key, content } of contentsOf(db, ref, keys))
    texts.set(key, finder.find(content.links, [target.key]).get(target.key)?.text ?? '')
  return pages.map(page => ({ ...page, text: texts.get(page.key) ?? '' }))
}

export const asReferrer = ({ page_url, text }: { page_url: string; text: string }): Referrer => ({
  url: page_url,
  text,
})

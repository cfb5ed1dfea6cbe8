import type { CrawlRef } from '../pages/crawl-ref-store'
import { AFTER, type PagePosition } from '../pages/page-rows'
import type { PageRange } from './page-ranges'

/** After all pages. */
const PAGES_END: PagePosition = { url: '\u{10ffff}', key: '9223372036854775807' }

/** Pages `p` of a range, with `rangeBindings`. Both ends are conditions of an index: no other page is read. */
export const IN_RANGE = `p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND ${AFTER}
  AND (p.url COLLATE "C", p.key) <= (CAST(:toUrl AS text), CAST(:toKey AS bigint))`

export function rangeBindings({ tenantId, id }: CrawlRef, { from, to }: PageRange) {
  const end = to ?? PAGES_END
  return { tenantId, crawlId: id, ...from, toUrl: end.url, toKey: end.key }
}

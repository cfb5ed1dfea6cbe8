import type { Db } from '../../base/db'
import type { PageDetail } from '../../contract/crawl-pages'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { detailOf } from '../pages/page-detail'
import { PAGES_START } from '../pages/page-rows'
import { listFullPages } from '../pages/page-store'

/** Few, since their packed contents are held in memory; they are unpacked one by one. */
const PAGES_READ = 50

/** All pages of a crawl with everything that is known about them, by URL. */
export async function* fullPages(db: Db, crawl: CrawlRef): AsyncGenerator<PageDetail> {
  for (let after = PAGES_START; ; ) {
    const rows = await listFullPages(db, crawl, after, PAGES_READ)
    for (const row of rows) yield await detailOf(row)
    const last = rows.at(-1)
    if (!last || rows.length < PAGES_READ) return
    after = { url: last.url, key: last.key }
  }
}

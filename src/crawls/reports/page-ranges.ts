import type { Db } from '../../base/db'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { PAGES_START, type PagePosition } from '../pages/page-rows'
import { findRangeEnd } from './range-store'

/** Pages by URL: those after `from`, up to and with `to`. Null: the rest. */
export interface PageRange {
  from: PagePosition
  to: PagePosition | null
}

/** Splits the pages of a crawl, so that no statement has to do with all of them. */
export async function* rangesOf(db: Db, crawl: CrawlRef, size: number, signal: AbortSignal): AsyncGenerator<PageRange> {
  for (let from = PAGES_START; ; ) {
    signal.throwIfAborted()
    const to = await findRangeEnd(db, crawl, from, size)
    yield { from, to: to ?? null }
    if (!to) return
    from = to
  }
}

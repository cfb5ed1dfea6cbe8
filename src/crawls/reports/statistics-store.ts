import type { Db } from '../../base/db'

/**
 * Lets PostgreSQL look at the pages before it plans how to join them. It would do so by itself, but too late for a crawl
 * that has just ended, and joins as if there were none.
 */
export async function updateStatistics(db: Db): Promise<void> {
  await db.raw('ANALYZE crawl_pages, crawl_sitemap_urls')
}

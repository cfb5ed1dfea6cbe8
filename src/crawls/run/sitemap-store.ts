import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { SitemapReport } from '../sitemaps/sitemap'
import type { CrawlUrl } from '../urls/crawl-url'

export async function storeSitemap(
  db: Db,
  crawlId: string,
  { url, format, urls, problem }: SitemapReport,
): Promise<void> {
  await db.raw(
    `INSERT INTO crawl_sitemaps (crawl_id, url, format, urls, problem) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (crawl_id, url) DO UPDATE SET format = excluded.format, urls = excluded.urls, problem = excluded.problem`,
    [crawlId, url, format as string, urls, problem as string],
  )
}

const listedRow = z.object({ key: z.string(), url: z.string() })

/** URLs that sitemaps of a crawl list, by key. */
export const listedUrls = (db: Db, crawlId: string, { after, limit }: { after: string | null; limit: number }) =>
  manyRows(
    db,
    listedRow,
    `SELECT key::text AS key, url FROM crawl_sitemap_urls
     WHERE crawl_id = :crawlId ${after === null ? '' : 'AND key > :after'} ORDER BY key LIMIT :limit`,
    { crawlId, after: after ?? '0', limit },
  )

export interface ListedUrl {
  url: CrawlUrl
  lastmod: string | null
  sitemap: string
}

export async function storeSitemapUrls(db: Db, crawlId: string, urls: readonly ListedUrl[]): Promise<void> {
  if (!urls.length) return
  await db.raw(
    `INSERT INTO crawl_sitemap_urls (crawl_id, key, url, sitemap, lastmod)
     SELECT ?::uuid, * FROM unnest(?::bigint[], ?::text[], ?::text[], ?::text[])
     ON CONFLICT (crawl_id, key) DO NOTHING`,
    [
      crawlId,
      urls.map(({ url }) => url.key),
      urls.map(({ url }) => url.href),
      urls.map(({ sitemap }) => sitemap),
      urls.map(({ lastmod }) => lastmod) as string[],
    ],
  )
}

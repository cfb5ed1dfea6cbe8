import type { Db } from '../../base/db'
import { manyRows } from '../../base/rows'
import { treeNode } from '../../contract/crawl-reports'
import type { CrawlRef } from '../pages/crawl-ref-store'

const COUNTS = `count(*) FILTER (WHERE p.outcome = 'fetched')::integer AS fetched,
  count(*) FILTER (WHERE p.outcome = 'failed')::integer AS failed,
  count(*) FILTER (WHERE p.outcome = 'skipped')::integer AS skipped`
/** URLs out of scope are no part of the site. */
const OF_SITE = `p.crawl_id = :crawlId AND p.tenant_id = :tenantId AND NOT p.is_external
  AND p.reason IS DISTINCT FROM 'out_of_scope'`
/** Sorts after all URLs of a folder. */
const LAST_CHARACTER = '\u{10ffff}'

interface Place {
  /** The URL of the last node. */
  after: string
  limit: number
}

/** Scheme and host with port, by URL. */
export const listTreeHosts = (db: Db, { tenantId, id }: CrawlRef, { after, limit }: Place) =>
  manyRows(
    db,
    treeNode,
    `SELECT * FROM (
       SELECT min(p.host) AS name, o.origin || '/' AS url, ${COUNTS}, true AS has_children
       FROM crawl_pages p CROSS JOIN LATERAL (SELECT substring(p.url FROM '^[a-z]+://[^/]*') AS origin) AS o
       WHERE ${OF_SITE} GROUP BY o.origin) AS hosts
     WHERE url COLLATE "C" > CAST(:after AS text) ORDER BY url COLLATE "C" LIMIT :limit`,
    { tenantId, crawlId: id, after, limit },
  )

/**
 * What is in a folder, by URL: its folders, each with all that is below it, and its pages. A page whose URL is that of
 * a folder without the slash counts there. The page of the folder itself is called `/`.
 * @param folder a URL with a slash at the end
 */
export const listTreeFolder = (db: Db, { tenantId, id }: CrawlRef, folder: string, { after, limit }: Place) =>
  manyRows(
    db,
    treeNode,
    `SELECT * FROM (
       SELECT CASE WHEN n.name = '' THEN '/' ELSE n.name END AS name,
         :folder || n.name || CASE WHEN bool_or(n.is_folder) THEN '/' ELSE '' END AS url, ${COUNTS},
         bool_or(n.is_folder) AS has_children
       FROM crawl_pages p CROSS JOIN LATERAL (SELECT substr(p.url, length(:folder) + 1) AS rest) AS r
         CROSS JOIN LATERAL (
           SELECT substring(r.rest FROM '^[^/#\\?]*') AS name, r.rest ~ '^[^/#\\?]+/' AS is_folder) AS n
       WHERE ${OF_SITE} AND p.url COLLATE "C" >= :folder AND p.url COLLATE "C" < :end GROUP BY n.name) AS nodes
     WHERE url COLLATE "C" > CAST(:after AS text) ORDER BY url COLLATE "C" LIMIT :limit`,
    { tenantId, crawlId: id, folder, end: folder + LAST_CHARACTER, after, limit },
  )

import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, idRow, manyRows, oneRow } from '../../base/rows'
import { actor } from '../../contract/access'
import { pageOutcome } from '../../contract/crawl-pages'
import { crawlSettings } from '../../contract/crawl-settings'
import { crawlCounts, crawlPhase, crawlStatus, endReason } from '../../contract/crawls'
import type { CrawlRef } from '../pages/crawl-ref-store'

/** Counts as they were last stored. */
export const storedCounts = crawlCounts.extend({ pages_per_second: z.number(), seconds_left: z.number().nullable() })
export type StoredCounts = z.output<typeof storedCounts>

export const crawlRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  settings: crawlSettings,
  site_hash: z.string(),
  /** Encrypted. */
  secrets: z.string().nullable(),
  secret_names: z.array(z.string()),
  previous_id: z.string().nullable(),
  counts: storedCounts,
  phase: crawlPhase.nullable(),
  paused: z.object({ by: actor, at: z.string(), reason: z.string().nullable() }).nullable(),
  paused_ms: z.number(),
  findings: z.record(z.string(), z.number()).nullable(),
  ended_because: endReason.nullable(),
  created_by: actor,
  created_at: z.date(),
  started_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  status: crawlStatus,
})
export type CrawlRow = z.output<typeof crawlRow>

/** What the status of a crawl follows from. */
const STATUS = `CASE
  WHEN ended_because IN ('cancelled', 'failed') THEN ended_because
  WHEN ended_at IS NOT NULL THEN 'completed'
  WHEN paused IS NOT NULL THEN 'paused'
  WHEN started_at IS NOT NULL THEN 'running'
  ELSE 'pending' END`
const COLUMNS = [...Object.keys(crawlRow.omit({ status: true }).shape), `${STATUS} AS status`].join(', ')

export type NewCrawl = Pick<
  CrawlRow,
  'id' | 'tenant_id' | 'settings' | 'site_hash' | 'secrets' | 'secret_names' | 'counts' | 'created_by'
>

/** Creates a crawl unless it exists. The crawl before it is the latest one of the same site that says something about it. */
export async function insertCrawl(db: Db, crawl: NewCrawl): Promise<void> {
  const { id, tenant_id, settings, site_hash, secrets, secret_names, counts, created_by } = crawl
  await db.raw(
    `INSERT INTO crawls (id, tenant_id, settings, site_hash, secrets, secret_names, counts, created_by, previous_id)
     SELECT :id::uuid, :tenant_id::uuid, :settings::jsonb, :site_hash::text, :secrets::text, :secret_names::text[],
       :counts::jsonb, :created_by::jsonb,
       (SELECT id FROM crawls WHERE tenant_id = :tenant_id AND site_hash = :site_hash AND ended_at IS NOT NULL
          AND ended_because NOT IN ('cancelled', 'failed', 'blocked') ORDER BY id DESC LIMIT 1)
     ON CONFLICT (id) DO NOTHING`,
    {
      ...{ id, tenant_id, site_hash, secret_names, secrets: secrets as string },
      settings: JSON.stringify(settings),
      counts: JSON.stringify(counts),
      created_by: JSON.stringify(created_by),
    },
  )
}

export const findCrawl = (db: Db, { tenantId, id }: CrawlRef) =>
  firstRow(db, crawlRow, `SELECT ${COLUMNS} FROM crawls WHERE id = ? AND tenant_id = ?`, [id, tenantId])

/** A crawl of any tenant, for processes that take part in it. */
export const findCrawlById = (db: Db, id: string) =>
  firstRow(db, crawlRow, `SELECT ${COLUMNS} FROM crawls WHERE id = ?`, [id])

/** The latest crawl of a site that has all of these secrets. */
export const findSecrets = (db: Db, tenantId: string, siteHash: string, names: readonly string[]) =>
  firstRow(
    db,
    crawlRow,
    `SELECT ${COLUMNS} FROM crawls
     WHERE tenant_id = ? AND site_hash = ? AND secret_names @> ?::text[] AND secrets IS NOT NULL
     ORDER BY id DESC LIMIT 1`,
    [tenantId, siteHash, names],
  )

/** Whether a site has crawls. */
export async function hasCrawls(trx: Transaction, { tenantId, siteHash }: { tenantId: string; siteHash: string }) {
  const sql = 'SELECT id FROM crawls WHERE tenant_id = ? AND site_hash = ? LIMIT 1'
  return (await firstRow(trx, idRow, sql, [tenantId, siteHash])) !== undefined
}

export interface CrawlFilter {
  status?: readonly string[] | undefined
  q?: string | undefined
}

/** Crawls of a tenant, newest first. */
export const listCrawls = (
  db: Db,
  tenantId: string,
  { status, q }: CrawlFilter,
  { after, limit }: { after: string | undefined; limit: number },
) =>
  manyRows(
    db,
    crawlRow,
    `SELECT ${COLUMNS} FROM crawls
     WHERE tenant_id = :tenantId
       ${after ? 'AND id < :after' : ''}
       ${status ? `AND ${STATUS} = ANY(:status)` : ''}
       ${q ? `AND strpos(lower(settings ->> 'seeds'), lower(:q)) > 0` : ''}
     ORDER BY id DESC LIMIT :limit`,
    { tenantId, limit, after: after ?? '', status: status ?? [], q: q ?? '' },
  )

/** Crawls that have not ended, of all tenants, the oldest first. */
export const openCrawls = (db: Db, limit: number) =>
  manyRows(
    db,
    z.object({ id: z.string(), tenant_id: z.string(), created_at: z.date() }),
    'SELECT id, tenant_id, created_at FROM crawls WHERE ended_at IS NULL ORDER BY id LIMIT ?',
    [limit],
  )

/** Locks a crawl that has not ended until the commit. */
export const lockOpenCrawl = (trx: Transaction, { tenantId, id }: CrawlRef) =>
  firstRow(
    trx,
    crawlRow,
    `SELECT ${COLUMNS} FROM crawls WHERE id = ? AND tenant_id = ? AND ended_at IS NULL FOR NO KEY UPDATE`,
    [id, tenantId],
  )

/** Locks it so that no process can store pages any more. */
export const lockToEnd = (trx: Transaction, { tenantId, id }: CrawlRef) =>
  firstRow(
    trx,
    crawlRow,
    `SELECT ${COLUMNS} FROM crawls WHERE id = ? AND tenant_id = ? AND ended_at IS NULL FOR UPDATE`,
    [id, tenantId],
  )

/** Locks a crawl that was ended before its analysis. */
export const lockStopped = (trx: Transaction, { tenantId, id }: CrawlRef) =>
  firstRow(
    trx,
    crawlRow,
    `SELECT ${COLUMNS} FROM crawls
     WHERE id = ? AND tenant_id = ? AND ended_at IS NOT NULL AND findings IS NULL FOR NO KEY UPDATE`,
    [id, tenantId],
  )

const settledRow = z.object({
  outcome: pageOutcome,
  reason: z.string().nullable(),
  count: z.number(),
  bytes: z.number(),
})

/** How many URLs of a crawl are stored, by outcome and reason. */
export const settledCounts = (trx: Transaction, { tenantId, id }: CrawlRef) =>
  manyRows(
    trx,
    settledRow,
    `SELECT outcome, reason, count(*)::integer AS count, sum(bytes)::bigint AS bytes
     FROM crawl_pages WHERE crawl_id = ? AND tenant_id = ? GROUP BY outcome, reason`,
    [id, tenantId],
  )

export type StoredCrawl = Pick<
  CrawlRow,
  | 'id'
  | 'settings'
  | 'counts'
  | 'phase'
  | 'paused'
  | 'paused_ms'
  | 'findings'
  | 'ended_because'
  | 'started_at'
  | 'ended_at'
>

/** Stores what changes in a crawl. */
export const storeCrawl = (trx: Transaction, crawl: StoredCrawl) =>
  oneRow(
    trx,
    crawlRow,
    `UPDATE crawls SET settings = :settings, counts = :counts, phase = :phase, paused = :paused, paused_ms = :paused_ms,
       findings = :findings, ended_because = :ended_because, started_at = :started_at, ended_at = :ended_at
     WHERE id = :id RETURNING ${COLUMNS}`,
    {
      ...crawl,
      settings: JSON.stringify(crawl.settings),
      counts: JSON.stringify(crawl.counts),
      paused: crawl.paused && JSON.stringify(crawl.paused),
      findings: crawl.findings && JSON.stringify(crawl.findings),
    },
  )

/** Deletes a crawl that has ended. Retention removes its pages and reports in small batches. */
export async function deleteCrawl(trx: Transaction, { tenantId, id }: CrawlRef): Promise<void> {
  await trx.raw('DELETE FROM crawls WHERE id = ? AND tenant_id = ? AND ended_at IS NOT NULL', [id, tenantId])
}

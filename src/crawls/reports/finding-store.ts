import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { type Finding, type FindingType, finding, findingType } from '../../contract/crawl-reports'
import { FINDING_TYPES } from '../../contract/values'
import { type CrawlRef, OWN_CRAWL } from '../pages/crawl-ref-store'

const listedRow = finding.extend({ place: z.number() })

export interface FindingPosition {
  place: number
  url: string
  key: string
}

/** By type, in the order of the contract, and URL. */
export const listFindings = (
  db: Db,
  { tenantId, id }: CrawlRef,
  types: readonly FindingType[] | undefined,
  { after, limit }: { after: FindingPosition | undefined; limit: number },
): Promise<(Finding & { place: number })[]> =>
  manyRows(
    db,
    listedRow,
    `SELECT f.type, f.key::text AS key, f.url, f.title, f.detail, f.related, t.no::integer AS place
     FROM unnest(CAST(:order AS text[])) WITH ORDINALITY AS t(type, no)
       JOIN crawl_findings f ON f.crawl_id = ${OWN_CRAWL} AND f.type = t.type
     WHERE f.type = ANY(:types::text[])
       AND (t.no, f.url COLLATE "C", f.key) > (CAST(:place AS integer), CAST(:url AS text), CAST(:key AS bigint))
     ORDER BY t.no, f.url COLLATE "C", f.key LIMIT :limit`,
    {
      ...{ tenantId, crawlId: id, order: FINDING_TYPES, types: types ?? FINDING_TYPES, limit },
      ...(after ?? { place: 0, url: '', key: '0' }),
    },
  )

const countedRow = z.object({ type: findingType, count: z.number() })

/** How many there are of each type, with zeros. */
export async function countFindings(db: Db, { tenantId, id }: CrawlRef): Promise<Record<FindingType, number>> {
  const rows = await manyRows(
    db,
    countedRow,
    `SELECT type, count(*)::integer AS count FROM crawl_findings WHERE crawl_id = ${OWN_CRAWL} GROUP BY type`,
    { tenantId, crawlId: id },
  )
  const counts = new Map(rows.map(({ type, count }) => [type, count]))
  return Object.fromEntries(FINDING_TYPES.map(type => [type, counts.get(type) ?? 0])) as Record<FindingType, number>
}

/** A finding to be stored. */
export type NewFinding = Omit<Finding, 'type'> & { type: FindingType }

export async function addFindings(db: Db, { tenantId, id }: CrawlRef, findings: readonly NewFinding[]): Promise<void> {
  if (!findings.length) return
  await db.raw(
    `INSERT INTO crawl_findings (crawl_id, type, key, url, title, detail, related)
     SELECT ${OWN_CRAWL}, f.type, f.key, f.url, f.title, f.detail, ARRAY(SELECT jsonb_array_elements_text(f.related))
     FROM jsonb_to_recordset(CAST(:findings AS jsonb))
       AS f(type text, key bigint, url text, title text, detail text, related jsonb)
     ON CONFLICT DO NOTHING`,
    { tenantId, crawlId: id, findings: JSON.stringify(findings) },
  )
}

const DELETED_MAX = 10_000

/** Removes what an earlier analysis found, in steps. */
export async function clearFindings(db: Db, { tenantId, id }: CrawlRef, signal: AbortSignal): Promise<void> {
  for (const table of ['crawl_findings', 'crawl_broken_links'])
    for (let deleted = DELETED_MAX; deleted === DELETED_MAX; ) {
      signal.throwIfAborted()
      const result = await db.raw<{ rowCount: number }>(
        `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
           SELECT ctid FROM ${table} WHERE crawl_id = ${OWN_CRAWL} LIMIT :max))`,
        { tenantId, crawlId: id, max: DELETED_MAX },
      )
      deleted = result.rowCount
    }
}

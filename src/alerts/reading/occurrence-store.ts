import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows, storedJson } from '../../base/rows'
import { type AlertSource, alertSource, type Occurrence } from '../../contract/alerts'
import { labelSet } from '../../contract/matchers'
import { RESOLVED_BY } from '../../contract/values'

const row = z.object({
  id: z.string(),
  fingerprint: z.string(),
  source: alertSource,
  labels: z.string(),
  annotations: z.string(),
  links: z.string(),
  generator_url: z.string().nullable(),
  starts_at: z.date(),
  ends_at: z.date().nullable(),
  resolved_at: z.date().nullable(),
  resolved_by: z.enum(RESOLVED_BY).nullable(),
})
const COLUMNS = Object.keys(row.shape).join(', ')

/** An occurrence as it is stored. */
export interface StoredOccurrence extends Occurrence {
  links: Record<string, string>
}

const occurrenceOf = (found: z.output<typeof row>): StoredOccurrence => ({
  ...found,
  labels: storedJson(labelSet, found.labels),
  annotations: storedJson(labelSet, found.annotations),
  links: storedJson(labelSet, found.links),
  starts_at: found.starts_at.toISOString(),
  ends_at: found.ends_at?.toISOString() ?? null,
  resolved_at: found.resolved_at?.toISOString() ?? null,
})

/** Conditions that PostgreSQL checks. */
export interface ResolvedFilter {
  sources?: readonly AlertSource[] | undefined
  /** In ms. */
  since?: number | undefined
  /** Texts that the JSON of the labels contains. */
  labelTexts: readonly string[]
}

const place = z.object({ id: z.string() })

/**
 * Looks at some resolved occurrences, the newest first.
 * @param before an id; only older ones are looked at
 * @param count how many are looked at
 * @returns those that pass, and the id of the last one that was looked at; null: there are no more
 */
export async function readResolved(
  db: Db,
  tenantId: string,
  { sources, since, labelTexts }: ResolvedFilter,
  { before = LAST_ID, count }: { before?: string | undefined; count: number },
): Promise<{ found: StoredOccurrence[]; lookedTo: string | null }> {
  const last = await firstRow(
    db,
    place,
    `SELECT id FROM alerts WHERE tenant_id = ? AND resolved_at IS NOT NULL AND id < ?
     ORDER BY id DESC OFFSET ? LIMIT 1`,
    [tenantId, before, count - 1],
  )
  const found = await manyRows(
    db,
    row,
    `SELECT ${COLUMNS} FROM alerts
     WHERE tenant_id = :tenantId AND resolved_at IS NOT NULL AND id < :before AND id >= :last
       AND (:sources::text[] IS NULL OR source = ANY(:sources::text[]))
       AND (:since::timestamptz IS NULL OR starts_at >= :since::timestamptz)
       AND NOT EXISTS (SELECT FROM unnest(:labelTexts::text[]) AS t (text) WHERE position(t.text IN labels) = 0)
     ORDER BY id DESC LIMIT :count`,
    {
      ...{ tenantId, before, count, labelTexts },
      last: last?.id ?? FIRST_ID,
      sources: sources ?? null,
      since: since === undefined ? null : new Date(since),
    },
  )
  return { found: found.map(occurrenceOf), lookedTo: last?.id ?? null }
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000'
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Occurrences of an alert, the newest first. */
export async function readOccurrences(
  db: Db,
  tenantId: string,
  fingerprint: string,
  { before = LAST_ID, limit }: { before?: string | undefined; limit: number },
): Promise<StoredOccurrence[]> {
  const found = await manyRows(
    db,
    row,
    `SELECT ${COLUMNS} FROM alerts WHERE tenant_id = ? AND fingerprint = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    [tenantId, fingerprint, before, limit],
  )
  return found.map(occurrenceOf)
}

import { setImmediate as nextTick } from 'node:timers/promises'
import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows, storedJson } from '../../base/rows'
import { alertSource, type Occurrence } from '../../contract/alerts'
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
  created_version: z.number(),
  version: z.number(),
})
const COLUMNS = Object.keys(row.shape).join(', ')

/** An occurrence as it is stored, open or resolved. */
export interface StoredOccurrence extends Omit<Occurrence, 'starts_at' | 'ends_at' | 'resolved_at'> {
  starts_at: Date
  ends_at: Date | null
  resolved_at: Date | null
  links: Record<string, string>
  created_version: number
  version: number
}

const occurrenceOf = ({ labels, annotations, links, ...rest }: z.output<typeof row>): StoredOccurrence => ({
  ...rest,
  labels: storedJson(labelSet, labels),
  annotations: storedJson(labelSet, annotations),
  links: storedJson(labelSet, links),
})

/** A place in a list that shows the newest first: only what is older follows. */
interface Page {
  before: string | undefined
  limit: number
}
/** Above all ids. */
const NEWEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Every occurrence of an alert, the newest first. */
export async function occurrencesOf(
  db: Db,
  tenantId: string,
  fingerprint: string,
  { before = NEWEST, limit }: Page,
): Promise<StoredOccurrence[]> {
  const rows = await manyRows(
    db,
    row,
    `SELECT * FROM (
       (SELECT ${COLUMNS} FROM alerts WHERE tenant_id = :tenantId AND fingerprint = :fingerprint AND resolved_at IS NULL AND id < :before)
       UNION ALL
       (SELECT ${COLUMNS} FROM alerts WHERE tenant_id = :tenantId AND fingerprint = :fingerprint AND resolved_at IS NOT NULL
          AND id < :before ORDER BY id DESC LIMIT :limit)) o
     ORDER BY id DESC LIMIT :limit`,
    { tenantId, fingerprint, before, limit },
  )
  return rows.map(occurrenceOf)
}

/** An occurrence by its id, open or resolved. */
export async function findOccurrence(db: Db, tenantId: string, id: string): Promise<StoredOccurrence | undefined> {
  const found = await firstRow(db, row, `SELECT ${COLUMNS} FROM alerts WHERE id = ? AND tenant_id = ?`, [id, tenantId])
  return found && occurrenceOf(found)
}

/** Occurrences by their ids. Unknown ones are left out. */
export async function findOccurrences(db: Db, tenantId: string, ids: readonly string[]): Promise<StoredOccurrence[]> {
  const rows = await manyRows(
    db,
    row,
    `SELECT ${COLUMNS} FROM alerts WHERE id = ANY(?::uuid[]) AND tenant_id = ? ORDER BY id`,
    [ids, tenantId],
  )
  return rows.map(occurrenceOf)
}

/** What has changed after a version, in the order of the changes. */
export async function changedOccurrences(
  db: Db,
  tenantId: string,
  after: number,
  limit: number,
): Promise<StoredOccurrence[]> {
  const rows = await manyRows(
    db,
    row,
    `SELECT ${COLUMNS} FROM alerts WHERE tenant_id = ? AND version > ? ORDER BY version, id LIMIT ?`,
    [tenantId, after, limit],
  )
  return rows.map(occurrenceOf)
}

const SCAN_PAGE = 500
/** Occurrences looked at per request. */
const SCANNED_MAX = 20_000

/** Part of a search: how far it came is not the end if `next` is given. */
export interface FoundOccurrences {
  items: StoredOccurrence[]
  /** The next page begins below this id; null: there is nothing more. */
  next: string | null
}

/**
 * Resolved occurrences, the newest first. Looks at a limited number of them, so a page may be short or empty although
 * there are more.
 */
export async function resolvedOccurrences(
  db: Db,
  tenantId: string,
  { before = NEWEST, limit }: Page,
  matches: (occurrence: StoredOccurrence) => boolean,
): Promise<FoundOccurrences> {
  const items: StoredOccurrence[] = []
  let place = before
  for (let scanned = 0; scanned < SCANNED_MAX; scanned += SCAN_PAGE) {
    const page = await readResolved(db, tenantId, place, SCAN_PAGE)
    for (const each of page) {
      if (items.length === limit) return { items, next: place }
      place = each.id
      if (matches(each)) items.push(each)
    }
    if (page.length < SCAN_PAGE) return { items, next: null }
    await nextTick() // others have their turn
  }
  return { items, next: place }
}

async function readResolved(db: Db, tenantId: string, before: string, limit: number): Promise<StoredOccurrence[]> {
  const rows = await manyRows(
    db,
    row,
    `SELECT ${COLUMNS} FROM alerts WHERE tenant_id = ? AND resolved_at IS NOT NULL AND id < ? ORDER BY id DESC LIMIT ?`,
    [tenantId, before, limit],
  )
  return rows.map(occurrenceOf)
}

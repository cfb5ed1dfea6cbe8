import { binaryTexts, plainArray } from '../../base/array-literal'
import type { Db, Transaction } from '../../base/db'
import { timeOfId } from '../../base/ids'
import { z } from '../../base/parse'
import { firstRow, manyRows, storedJson } from '../../base/rows'
import { alertSource } from '../../contract/alerts'
import { labelSet } from '../../contract/matchers'
import type { RESOLVED_BY } from '../../contract/values'
import type { Heads } from './heads-store'
import type { OpenAlert } from './open-alert'

const openRow = z.object({
  id: z.string(),
  version: z.number(),
  fingerprint: z.string(),
  source: alertSource,
  labels: z.string(),
  annotations: z.string(),
  links: z.string(),
  generator_url: z.string().nullable(),
  starts_at: z.date(),
  ends_at: z.date().nullable(),
  has_given_end: z.boolean(),
})
type OpenRow = z.output<typeof openRow>
const OPEN = Object.keys(openRow.shape).join(', ')

const changedRow = openRow.extend({ resolved_at: z.date().nullable() })
const CHANGED = Object.keys(changedRow.shape).join(', ')

const textSet = (text: string) => (text === '{}' ? NONE : storedJson(labelSet, text))
const NONE = Object.freeze({})

const alertOf = (row: OpenRow): OpenAlert => ({
  id: row.id,
  fingerprint: row.fingerprint,
  source: row.source,
  labels: textSet(row.labels),
  annotations: textSet(row.annotations),
  links: textSet(row.links),
  generatorUrl: row.generator_url,
  startsAt: row.starts_at.getTime(),
  endsAt: row.ends_at?.getTime() ?? null,
  hasGivenEnd: row.has_given_end,
  // Repeats are not stored: it was reported then at least.
  updatedAt: timeOfId(row.id).getTime(),
  version: row.version,
})

/** A page of the open alerts of a tenant by fingerprint. */
export async function readOpen(db: Db, tenantId: string, after: string, limit: number): Promise<OpenAlert[]> {
  const rows = await manyRows(
    db,
    openRow,
    `SELECT ${OPEN} FROM alerts WHERE tenant_id = ? AND resolved_at IS NULL AND fingerprint > ?
     ORDER BY fingerprint LIMIT ?`,
    [tenantId, after, limit],
  )
  return rows.map(alertOf)
}

/** The open alerts of a tenant with these fingerprints. */
export async function readOpenByFingerprint(
  trx: Transaction,
  tenantId: string,
  fingerprints: readonly string[],
): Promise<OpenAlert[]> {
  const rows = await manyRows(
    trx,
    openRow,
    `SELECT ${OPEN} FROM alerts WHERE tenant_id = ? AND resolved_at IS NULL AND fingerprint = ANY(?::text[])`,
    [tenantId, fingerprints],
  )
  return rows.map(alertOf)
}

/** Those of some open alerts that are still open, as they are stored. */
export async function readOpenById(db: Db, tenantId: string, ids: readonly string[]): Promise<OpenAlert[]> {
  const rows = await manyRows(
    db,
    openRow,
    `SELECT ${OPEN} FROM alerts WHERE id = ANY(?::uuid[]) AND tenant_id = ? AND resolved_at IS NULL`,
    [plainArray(ids), tenantId],
  )
  return rows.map(alertOf)
}

/** A changed alert; `isOpen` false: it has been resolved. */
export interface Change {
  alert: OpenAlert
  isOpen: boolean
}
interface HeadColumns {
  head: number
  mute_version: number
  routing_version: number
}
/** The last place of a page of changes. */
export interface ChangePlace {
  version: number
  id: string
}

/**
 * Changes after a place, in the order of their versions. All of a page and the version are of the same moment, so a page
 * that is not full brings what was known up to exactly this version.
 */
export async function readChanges(
  db: Db,
  tenantId: string,
  after: ChangePlace,
  limit: number,
): Promise<Heads & { changes: Change[] }> {
  const { rows } = await db.raw<{ rows: (z.output<typeof changedRow> & HeadColumns & { id: string | null })[] }>(
    `SELECT h.version AS head, h.mute_version, h.routing_version, a.* FROM alert_heads h LEFT JOIN LATERAL (
       SELECT ${CHANGED} FROM alerts WHERE tenant_id = h.tenant_id AND version >= ? AND (version, id) > (?, ?::uuid)
       ORDER BY version, id LIMIT ?) a ON true
     WHERE h.tenant_id = ?`,
    [after.version, after.version, after.id, limit, tenantId],
  )
  const changes = rows.filter(row => row.id !== null)
  return {
    version: rows[0]?.head ?? 0,
    muteVersion: rows[0]?.mute_version ?? 0,
    routingVersion: rows[0]?.routing_version ?? 0,
    changes: changes.map(row => ({ alert: alertOf(row), isOpen: row.resolved_at === null })),
  }
}

type ResolvedBy = (typeof RESOLVED_BY)[number]

/** A row to add: an open alert, or one that was over when it was first seen. */
export interface NewRow {
  alert: OpenAlert
  /** Encoded JSON. */
  labels: string
  annotations: string
  resolved: ResolvedBy | null
}

/** The end of an open alert. Times are in milliseconds. */
export interface Resolution {
  id: string
  startsAt: number
  endsAt: number
  by: ResolvedBy
}

const HEAD = `
WITH head AS (
  INSERT INTO alert_heads AS h (tenant_id, version) VALUES (?, 1)
  ON CONFLICT (tenant_id) DO UPDATE SET version = h.version + 1 WHERE h.version = ?
  RETURNING version
)`
const RESOLVE = `, resolved AS (
  UPDATE alerts a SET version = head.version, starts_at = to_timestamp(r.starts_at / 1000), ends_at = to_timestamp(r.ends_at / 1000),
    resolved_at = to_timestamp(r.ends_at / 1000), resolved_by = r.by
  FROM head, unnest(?::uuid[], ?::float8[], ?::float8[], ?::text[]) AS r(id, starts_at, ends_at, by)
  WHERE a.id = r.id RETURNING a.id
)`
/** Adds nothing before all has been resolved: a fingerprint has only one open alert. */
const ADD = `, added AS (
  INSERT INTO alerts (id, tenant_id, created_version, version, fingerprint, source, labels, annotations, links, generator_url,
    starts_at, ends_at, has_given_end, resolved_at, resolved_by)
  SELECT n.id, ?, head.version, head.version, n.fingerprint, n.source, n.labels, n.annotations, coalesce(n.links, '{}'), n.generator_url,
    to_timestamp(n.starts_at / 1000), to_timestamp(n.ends_at / 1000), n.has_given_end,
    CASE WHEN n.resolved_by IS NOT NULL THEN to_timestamp(n.ends_at / 1000) END, n.resolved_by
  FROM head, AFTER_RESOLVED unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::float8[],
      ?::float8[], ?::bool[], ?::text[])
    AS n(id, fingerprint, source, labels, annotations, links, generator_url, starts_at, ends_at, has_given_end, resolved_by)
)`
const AFTER_RESOLVED = '(SELECT count(*) FROM resolved) AS done,'
const RESULT = ' SELECT version FROM head'

/** The statement by what it has to do, built once. */
const STATEMENTS = {
  add: HEAD + ADD.replace('AFTER_RESOLVED', '') + RESULT,
  resolve: HEAD + RESOLVE + RESULT,
  both: HEAD + RESOLVE + ADD.replace('AFTER_RESOLVED', AFTER_RESOLVED) + RESULT,
}
const versionRow = z.object({ version: z.number() })

/**
 * Stores changes of a tenant's alerts in one statement, provided that they are still at the version the changes were
 * decided on. May be executed any number of times and arbitrarily late.
 * @returns the new version; undefined if another process has changed them, and nothing was stored
 */
export async function storeChanges(
  db: Db,
  tenantId: string,
  known: number,
  { added, resolved }: { added: readonly NewRow[]; resolved: readonly Resolution[] },
): Promise<number | undefined> {
  const sql = added.length ? (resolved.length ? STATEMENTS.both : STATEMENTS.add) : STATEMENTS.resolve
  const bindings: unknown[] = [tenantId, known]
  if (resolved.length || !added.length) bindings.push(...resolvedColumns(resolved))
  if (added.length) bindings.push(tenantId, ...addedColumns(added))
  return (await firstRow(db, versionRow, sql, bindings))?.version
}

const resolvedColumns = (resolved: readonly Resolution[]) => [
  plainArray(resolved.map(({ id }) => id)),
  plainArray(resolved.map(({ startsAt }) => startsAt)),
  plainArray(resolved.map(({ endsAt }) => endsAt)),
  plainArray(resolved.map(({ by }) => by)),
]

const addedColumns = (added: readonly NewRow[]) => [
  plainArray(added.map(({ alert }) => alert.id)),
  plainArray(added.map(({ alert }) => alert.fingerprint)),
  plainArray(added.map(({ alert }) => alert.source)),
  binaryTexts(added.map(({ labels }) => labels)),
  binaryTexts(added.map(({ annotations }) => annotations)),
  added.map(({ alert }) => linksOf(alert)),
  binaryTexts(added.map(({ alert }) => alert.generatorUrl)),
  plainArray(added.map(({ alert }) => alert.startsAt)),
  plainArray(added.map(({ alert }) => alert.endsAt)),
  plainArray(added.map(({ alert }) => alert.hasGivenEnd)),
  plainArray(added.map(({ resolved }) => resolved)),
]

/** Null for none, as alerts of senders have. */
function linksOf({ links }: OpenAlert): string | null {
  for (const _ in links) return JSON.stringify(links)
  return null
}

const foundRow = z.object({ found: z.boolean() })

/** Whether an alert with this id is stored. */
export async function isStored(db: Db, id: string): Promise<boolean> {
  return (await firstRow(db, foundRow, 'SELECT true AS found FROM alerts WHERE id = ?', [id])) !== undefined
}

const fingerprintRow = z.object({ fingerprint: z.string() })
/** Older occurrences are not compared. */
const COMPARED_MAX = 20

/** Which of these periods touch an occurrence that is stored as resolved. @returns their fingerprints */
export async function findResolved(
  db: Db,
  tenantId: string,
  periods: readonly { fingerprint: string; startsAt: number; endsAt: number }[],
): Promise<Set<string>> {
  const rows = await manyRows(
    db,
    fingerprintRow,
    `SELECT p.fingerprint FROM unnest(?::text[], ?::float8[], ?::float8[]) AS p(fingerprint, starts_at, ends_at)
     WHERE EXISTS (SELECT 1 FROM (
       SELECT starts_at, resolved_at FROM alerts
       WHERE tenant_id = ? AND fingerprint = p.fingerprint AND resolved_at IS NOT NULL
       ORDER BY id DESC LIMIT ${COMPARED_MAX}) a
     WHERE a.starts_at <= to_timestamp(p.ends_at / 1000) AND a.resolved_at >= to_timestamp(p.starts_at / 1000))`,
    [
      plainArray(periods.map(({ fingerprint }) => fingerprint)),
      plainArray(periods.map(({ startsAt }) => startsAt)),
      plainArray(periods.map(({ endsAt }) => endsAt)),
      tenantId,
    ],
  )
  return new Set(rows.map(({ fingerprint }) => fingerprint))
}

import { type Db, likePattern, type Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows, oneRow } from '../../base/rows'
import { actor } from '../../contract/access'
import {
  type QueryCounts,
  queryCounts,
  queryStatus,
  type TargetState,
  type Targets,
  targets,
} from '../../contract/queries'
import { TARGET_STATES } from '../../contract/values'
import type { Row, Stats } from '../agent'
import { NOT_LINUX } from '../platform'

export interface QueryRef {
  tenantId: string
  id: string
}

export const queryRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  sql: z.string(),
  targets,
  status: queryStatus,
  deadline_seconds: z.number(),
  deadline_at: z.date(),
  columns: z.array(z.string()),
  target_count: z.number(),
  ...queryCounts.omit({ targets: true }).shape,
  row_count: z.number(),
  created_by: actor,
  created_at: z.date(),
  ended_at: z.date().nullable(),
})
export type QueryRow = z.output<typeof queryRow>

/** The outcome of a query on one host, as it is stored and streamed. */
export interface Outcome {
  state: Extract<TargetState, 'completed' | 'no_rows' | 'failed' | 'denylisted'>
  answerId: string | null
  rowCount: number
  columns: string[]
  /** The first rows, as many as fit into a frame. */
  preview: Row[]
  truncated: boolean
  error: string | null
  stats: Stats | null
}

type StateCounts = Record<TargetState, number>

export const countsOf = (row: StateCounts & { target_count: number }): QueryCounts => ({
  targets: row.target_count,
  ...(Object.fromEntries(TARGET_STATES.map(state => [state, row[state]])) as StateCounts),
})

/** Targets that may still answer in time. */
export const openOf = ({ pending, sent }: Pick<StateCounts, 'pending' | 'sent'>) => pending + sent

const COLUMNS = `q.id, q.tenant_id, q.sql, q.targets, q.status, q.deadline_seconds, q.deadline_at, q.columns, q.target_count,
  q.pending, q.sent, q.completed, q.no_rows, q.failed, q.denylisted, q.offline, q.expired, q.row_count, q.created_by,
  q.created_at, q.ended_at`

/** Whether a host `h` of the tenant is targeted. */
const IS_TARGET = `h.tenant_id = :tenantId AND (:all OR h.id = ANY(CAST(:hostIds AS uuid[])) OR h.platform = ANY(CAST(:platforms AS text[]))
  OR (:linux AND h.platform <> ALL(CAST(:notLinux AS text[])))
  OR h.id IN (SELECT m.host_id FROM labels l JOIN label_hosts m ON m.label_id = l.id
              WHERE l.tenant_id = :tenantId AND (l.name = ANY(CAST(:labels AS text[])) OR l.id::text = ANY(CAST(:labels AS text[])))))`

const targetBindings = (tenantId: string, { all, host_ids = [], platforms = [], labels = [] }: Targets) => ({
  tenantId,
  all: all ?? false,
  hostIds: host_ids,
  // Hosts report lower case.
  platforms: platforms.map(name => name.toLowerCase()),
  linux: platforms.some(name => name.toLowerCase() === 'linux'),
  notLinux: NOT_LINUX,
  labels,
})

export async function countTargets(db: Db, tenantId: string, targets: Targets): Promise<number> {
  const { count } = await oneRow(
    db,
    z.object({ count: z.number() }),
    `SELECT count(*) AS count FROM hosts h WHERE ${IS_TARGET}`,
    targetBindings(tenantId, targets),
  )
  return count
}

/** Which of the given label names and ids exist in the tenant. */
export async function knownLabels(db: Db, tenantId: string, names: readonly string[]): Promise<Set<string>> {
  const labels = await manyRows(
    db,
    z.object({ id: z.string(), name: z.string() }),
    'SELECT id, name FROM labels WHERE tenant_id = ? AND (name = ANY(?::text[]) OR id::text = ANY(?::text[]))',
    [tenantId, names, names],
  )
  return new Set(labels.flatMap(({ id, name }) => [id, name]))
}

export type NewQuery = Pick<QueryRow, 'id' | 'tenant_id' | 'sql' | 'targets' | 'deadline_seconds' | 'created_by'>

/** Creates a query with its current targets. @returns undefined if it already exists */
export async function insertQuery(trx: Transaction, query: NewQuery): Promise<QueryRow | undefined> {
  const { id, tenant_id, targets } = query
  const created = await firstRow(
    trx,
    queryRow,
    `INSERT INTO queries AS q (id, tenant_id, sql, targets, status, deadline_seconds, deadline_at, target_count, created_by)
     VALUES (:id, :tenant_id, :sql, :targets, 'running', :deadline_seconds,
       now() + make_interval(secs => :deadline_seconds), 0, :created_by)
     ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    { ...query, targets: JSON.stringify(targets), created_by: JSON.stringify(query.created_by) },
  )
  if (!created) return undefined
  return firstRow(
    trx,
    queryRow,
    `WITH target AS (
       INSERT INTO query_targets (query_id, host_id, tenant_id, host_identifier, hostname)
       SELECT :id, h.id, h.tenant_id, h.host_identifier, h.hostname FROM hosts h WHERE ${IS_TARGET} RETURNING 1
     ), counted AS (SELECT count(*) AS count FROM target)
     UPDATE queries q SET target_count = counted.count, pending = counted.count FROM counted
     WHERE q.tenant_id = :tenantId AND q.id = :id RETURNING ${COLUMNS}`,
    { ...targetBindings(tenant_id, targets), id },
  )
}

/** Locks queries, always in the same order. A target may be changed only while its query is locked. */
export async function lockQueries(trx: Transaction, ids: readonly string[]): Promise<Map<string, QueryRow>> {
  const locked = await manyRows(
    trx,
    queryRow,
    `SELECT ${COLUMNS} FROM queries q WHERE q.id = ANY(?::uuid[]) ORDER BY q.id FOR NO KEY UPDATE`,
    [ids],
  )
  return new Map(locked.map(row => [row.id, row]))
}

/** Stores the new state of locked queries. */
export async function updateQueries(trx: Transaction, queries: readonly QueryRow[]): Promise<void> {
  await trx.raw(
    `UPDATE queries q SET status = x.status, deadline_at = x.deadline_at, ended_at = x.ended_at, columns = x.columns,
       row_count = x.row_count, pending = x.pending, sent = x.sent, completed = x.completed, no_rows = x.no_rows,
       failed = x.failed, denylisted = x.denylisted, offline = x.offline, expired = x.expired
     FROM jsonb_to_recordset(?::jsonb) AS x(id uuid, tenant_id uuid, status text, deadline_at timestamptz,
       ended_at timestamptz, columns text[], row_count bigint, pending integer, sent integer, completed integer,
       no_rows integer, failed integer, denylisted integer, offline integer, expired integer)
     WHERE q.tenant_id = x.tenant_id AND q.id = x.id`,
    [JSON.stringify(queries)],
  )
}

export const findQuery = (db: Db, { tenantId, id }: QueryRef): Promise<QueryRow | undefined> =>
  firstRow(db, queryRow, `SELECT ${COLUMNS} FROM queries q WHERE q.tenant_id = ? AND q.id = ?`, [tenantId, id])

/** The ids of those queries that exist. */
export async function existingQueries(db: Db, refs: readonly QueryRef[]): Promise<Set<string>> {
  const existing = await manyRows(
    db,
    z.object({ id: z.string() }),
    `SELECT q.id FROM queries q JOIN unnest(?::uuid[], ?::uuid[]) AS r(tenant_id, id) USING (tenant_id, id)`,
    [refs.map(ref => ref.tenantId), refs.map(ref => ref.id)],
  )
  return new Set(existing.map(({ id }) => id))
}

export interface QueryFilter {
  status?: QueryRow['status'] | undefined
  /** Sent to this host. */
  host_id?: string | undefined
  /** Searches the SQL. */
  q?: string | undefined
}

/** By creation: UUIDv7s sort by time. */
export async function listQueries(
  db: Db,
  tenantId: string,
  { status, host_id, q }: QueryFilter,
  page: { isOldestFirst: boolean; after: string | undefined; limit: number },
): Promise<QueryRow[]> {
  return manyRows(
    db,
    queryRow,
    `SELECT ${COLUMNS} FROM queries q
     WHERE q.tenant_id = :tenantId AND (CAST(:status AS text) IS NULL OR q.status = :status)
       AND (CAST(:after AS uuid) IS NULL OR q.id ${page.isOldestFirst ? '>' : '<'} :after) AND (CAST(:pattern AS text) IS NULL OR q.sql ILIKE :pattern)
       AND (CAST(:hostId AS uuid) IS NULL OR EXISTS (SELECT FROM query_targets t
         WHERE t.tenant_id = :tenantId AND t.host_id = :hostId AND t.query_id = q.id))
     ORDER BY q.id ${page.isOldestFirst ? 'ASC' : 'DESC'} LIMIT :limit`,
    {
      tenantId,
      status: status ?? null,
      after: page.after ?? null,
      pattern: q === undefined ? null : likePattern(q),
      hostId: host_id ?? null,
      limit: page.limit,
    },
  )
}

const openQuery = z.object({ tenantId: z.string(), id: z.string(), overdue: z.boolean() })

/** Open queries, and whether each is past its deadline by more than `graceMs`. */
export async function openQueries(db: Db, graceMs: number, limit: number): Promise<z.output<typeof openQuery>[]> {
  return manyRows(
    db,
    openQuery,
    `SELECT q.tenant_id AS "tenantId", q.id, q.deadline_at < now() - make_interval(secs => ?) AS overdue
     FROM queries q WHERE q.ended_at IS NULL ORDER BY q.deadline_at LIMIT ?`,
    [graceMs / 1000, limit],
  )
}

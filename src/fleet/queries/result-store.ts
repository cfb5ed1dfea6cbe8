import { type Db, likePattern } from '../../base/db'
import { escapeText } from '../../base/json-text'
import { z } from '../../base/parse'
import { manyRows, oneRow } from '../../base/rows'
import { queryTarget, row, type TargetState, targetState, type ValueCount, valueCount } from '../../contract/queries'
import type { QueryRef } from './query-store'

export interface ResultFilter {
  host_id?: string | undefined
  status?: readonly TargetState[] | undefined
  /** Searches values, host names and errors. */
  q?: string | undefined
}

export interface Sort {
  column: string
  descending: boolean
}

/** A row from a host, or a host without rows. */
const resultRow = z.object({
  host_id: z.string(),
  host_identifier: z.string(),
  hostname: z.string(),
  status: targetState,
  error: z.string().nullable(),
  truncated: z.boolean(),
  late: z.boolean(),
  answered_at: z.date().nullable(),
  /** The number of the row in the host's answer, from 1; 0 if there is no row. */
  no: z.number(),
  row: row.nullable(),
  /** Its position in the order, for a cursor. */
  position: z.array(z.string()),
})
export type ResultRow = z.output<typeof resultRow>

/** Matches values that are sorted as numbers, before all others. */
const NUMERIC = String.raw`'^-{0,1}[0-9]{1,30}(\.[0-9]{1,30}){0,1}$'`

/** How much of a text is compared. Limited because a cursor contains it, and is part of a URL. */
const SORTED_CHARACTERS = 256

interface Order {
  /** Expressions that together are unique for each row, all sorted in the same direction. */
  keys: readonly string[]
  types: readonly string[]
  bindings: Record<string, unknown>
  direction: 'ASC' | 'DESC'
}

function orderOf(sort: Sort | undefined): Order {
  const own = ['t.host_id', 'coalesce(r.no, 0)']
  if (!sort) return { keys: own, types: ['uuid', 'integer'], bindings: {}, direction: 'ASC' }
  const [last, end] = sort.descending ? ['r.no IS NOT NULL', '-Infinity'] : ['r.no IS NULL', 'Infinity']
  const number = `coalesce(CASE WHEN r.data ->> :column ~ ${NUMERIC} THEN CAST(r.data ->> :column AS numeric) END, '${end}')`
  return {
    keys: [`(${last})`, number, `left(coalesce(r.data ->> :column, ''), ${SORTED_CHARACTERS}) COLLATE "C"`, ...own],
    types: ['boolean', 'numeric', 'text', 'uuid', 'integer'],
    bindings: { column: sort.column },
    direction: sort.descending ? 'DESC' : 'ASC',
  }
}

const OF_TARGET = `t.tenant_id = :tenantId AND t.query_id = :id
  AND (CAST(:hostId AS uuid) IS NULL OR t.host_id = :hostId)
  AND (CAST(:states AS text[]) IS NULL OR t.state = ANY(:states))`
/** A host without rows counts as one item. */
const ITEM_COUNT = 'greatest(t.row_count, 1)'
const FROM = 'query_targets t LEFT JOIN query_rows r ON r.answer_id = t.answer_id'

/** Searches values only. First searches the whole row as text, including column names, because that is faster. */
const WHERE = `${OF_TARGET}
  AND (CAST(:pattern AS text) IS NULL OR t.hostname ILIKE :pattern OR t.host_identifier ILIKE :pattern
    OR t.error ILIKE :pattern OR r.data::text ILIKE :encoded
      AND EXISTS (SELECT FROM jsonb_each_text(r.data) v WHERE v.value ILIKE :pattern))`

const bindingsOf = ({ tenantId, id }: QueryRef, { host_id, status, q }: ResultFilter) => ({
  tenantId,
  id,
  hostId: host_id ?? null,
  states: status ?? null,
  pattern: q === undefined ? null : likePattern(q),
  // As it is escaped in JSON.
  encoded: q === undefined ? null : likePattern(escapeText(q)),
})

const COLUMNS = `t.host_id, t.host_identifier, t.hostname, t.state AS status, t.error, t.truncated, t.late, t.answered_at,
  coalesce(r.no, 0) AS no, r.data AS row`

interface Page {
  sort?: Sort | undefined
  after?: readonly unknown[] | undefined
  offset?: number | undefined
  limit: number
}

/** A page of rows over all hosts. */
export async function listResults(db: Db, query: QueryRef, filter: ResultFilter, page: Page): Promise<ResultRow[]> {
  if (!page.sort && filter.q === undefined) return listByHost(db, query, filter, page)
  const { keys, types, bindings, direction } = orderOf(page.sort)
  const { after } = page
  const afterPosition = after
    ? `AND (${keys.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${types.map((type, i) => `CAST(:k${i} AS ${type})`).join(', ')})`
    : ''
  const positionBindings = Object.fromEntries((after ?? []).map((value, i) => [`k${i}`, value]))
  return manyRows(
    db,
    resultRow,
    `SELECT ${COLUMNS}, jsonb_build_array(${keys.map(key => `CAST(${key} AS text)`).join(', ')}) AS position
     FROM ${FROM} WHERE ${WHERE} ${afterPosition}
     ORDER BY ${keys.map(key => `${key} ${direction}`).join(', ')} LIMIT :limit OFFSET :offset`,
    { ...bindingsOf(query, filter), ...bindings, ...positionBindings, limit: page.limit, offset: page.offset ?? 0 },
  )
}

/** Like `listResults`, in the default order. Targets have row counts, so rows before the page need not be read. */
function listByHost(db: Db, query: QueryRef, filter: ResultFilter, { after, offset = 0, limit }: Page) {
  return manyRows(
    db,
    resultRow,
    `WITH chosen AS (
       SELECT t.*, ${ITEM_COUNT} AS items, sum(${ITEM_COUNT}) OVER (ORDER BY t.host_id) - ${ITEM_COUNT} AS before FROM query_targets t
       WHERE ${OF_TARGET} AND (CAST(:lastHost AS uuid) IS NULL OR t.host_id >= :lastHost)
     ), start AS (
       SELECT :offset + coalesce((
         SELECT CASE WHEN row_count > 0 THEN :lastNo ELSE 1 END FROM chosen WHERE host_id = :lastHost), 0) AS skip
     )
     SELECT ${COLUMNS}, jsonb_build_array(CAST(t.host_id AS text), CAST(coalesce(r.no, 0) AS text)) AS position
     FROM start JOIN chosen t ON t.before + t.items > skip AND t.before < skip + :limit
     LEFT JOIN query_rows r ON r.answer_id = t.answer_id AND r.no > skip - t.before AND r.no <= skip - t.before + :limit
     ORDER BY t.host_id, r.no LIMIT :limit`,
    { ...bindingsOf(query, filter), lastHost: after?.[0] ?? null, lastNo: Number(after?.[1] ?? 0), offset, limit },
  )
}

export async function countResults(db: Db, query: QueryRef, filter: ResultFilter): Promise<number> {
  const { count } = await oneRow(
    db,
    z.object({ count: z.number() }),
    filter.q === undefined
      ? `SELECT CAST(coalesce(sum(${ITEM_COUNT}), 0) AS bigint) AS count FROM query_targets t WHERE ${OF_TARGET}`
      : `SELECT count(*) AS count FROM ${FROM} WHERE ${WHERE}`,
    bindingsOf(query, filter),
  )
  return count
}

/** The most frequent values of a column. */
export async function topValues(
  db: Db,
  query: QueryRef,
  { column, limit }: { column: string; limit: number },
): Promise<ValueCount[]> {
  return manyRows(
    db,
    valueCount,
    `SELECT r.data ->> :column AS value, count(*) AS rows, count(DISTINCT t.host_id) AS hosts
     FROM query_targets t JOIN query_rows r ON r.answer_id = t.answer_id
     WHERE t.tenant_id = :tenantId AND t.query_id = :id AND jsonb_exists(r.data, :column)
     GROUP BY 1 ORDER BY rows DESC, value LIMIT :limit`,
    { tenantId: query.tenantId, id: query.id, column, limit },
  )
}

const targetRow = queryTarget.extend({ sent_at: z.date().nullable(), answered_at: z.date().nullable() })

/** The hosts of a query with their states, ordered by name. */
export async function listTargets(
  db: Db,
  query: QueryRef,
  { states, q }: { states?: readonly TargetState[] | undefined; q?: string | undefined },
  page: { after?: readonly [string, string] | undefined; limit: number },
): Promise<z.output<typeof targetRow>[]> {
  return manyRows(
    db,
    targetRow,
    `SELECT host_id, host_identifier, hostname, state, row_count, error, truncated, late, sent_at, sent_count, answered_at, stats
     FROM query_targets
     WHERE tenant_id = :tenantId AND query_id = :id AND (CAST(:states AS text[]) IS NULL OR state = ANY(:states))
       AND (CAST(:pattern AS text) IS NULL OR hostname ILIKE :pattern OR host_identifier ILIKE :pattern OR error ILIKE :pattern)
       AND (CAST(:name AS text) IS NULL OR (hostname COLLATE "C", host_id) > (CAST(:name AS text), CAST(:hostId AS uuid)))
     ORDER BY hostname COLLATE "C", host_id LIMIT :limit`,
    {
      tenantId: query.tenantId,
      id: query.id,
      states: states ?? null,
      pattern: q === undefined ? null : likePattern(q),
      name: page.after?.[0] ?? null,
      hostId: page.after?.[1] ?? null,
      limit: page.limit,
    },
  )
}

const hostResultRow = z.object({
  host_id: z.string(),
  query_id: z.string(),
  sql: z.string(),
  state: targetState,
  occurred_at: z.date(),
  error: z.string().nullable(),
  row_count: z.number(),
  columns: z.array(z.string()),
  truncated: z.boolean(),
  late: z.boolean(),
  answer_id: z.string().nullable(),
})

/** A host's answers, newest query first. */
export async function listHostResults(
  db: Db,
  { tenantId, hostId }: { tenantId: string; hostId: string },
  page: { before: string | undefined; limit: number },
): Promise<z.output<typeof hostResultRow>[]> {
  return manyRows(
    db,
    hostResultRow,
    `SELECT t.host_id, t.query_id, q.sql, t.state, t.answered_at AS occurred_at, t.error, t.row_count, q.columns,
       t.truncated, t.late, t.answer_id
     FROM query_targets t JOIN queries q ON q.tenant_id = t.tenant_id AND q.id = t.query_id
     WHERE t.tenant_id = ? AND t.host_id = ? AND t.answered_at IS NOT NULL AND (CAST(? AS uuid) IS NULL OR t.query_id < ?)
     ORDER BY t.query_id DESC LIMIT ?`,
    [tenantId, hostId, page.before ?? null, page.before ?? null, page.limit],
  )
}

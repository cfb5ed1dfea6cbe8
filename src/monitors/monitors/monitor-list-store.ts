import { type Db, likePattern } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { labelSet } from '../../contract/matchers'
import { monitorType } from '../../contract/monitor-settings'
import { monitorStatus } from '../../contract/monitors'

const STATUS = "(CASE WHEN m.enabled THEN s.status ELSE 'paused' END)"

const listedRow = z.object({
  id: z.string(),
  name: z.string(),
  type: monitorType,
  target: z.string().nullable(),
  interval_seconds: z.number(),
  labels: labelSet,
  status: monitorStatus,
  status_since: z.date(),
  checked_at: z.date().nullable(),
  latency_ms: z.number().nullable(),
  status_code: z.number().nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  tls_expires_at: z.date().nullable(),
  recent: z.string(),
  sorted_by: z.string(),
})
export type ListedMonitor = z.output<typeof listedRow>

export type MonitorSort = 'name' | '-name' | 'status' | '-latency' | 'tls_expires_at'

/** By order: the SQL expression, the type by which a cursor compares it, and the direction. */
const SORTED: Record<MonitorSort, readonly [expression: string, type: string, direction: 'ASC' | 'DESC']> = {
  name: ['lower(m.name)', 'text', 'ASC'],
  '-name': ['lower(m.name)', 'text', 'DESC'],
  status: [`array_position(ARRAY['down', 'pending', 'up', 'paused'], ${STATUS}) || lower(m.name)`, 'text', 'ASC'],
  '-latency': ['coalesce(s.latency_ms, -1)', 'real', 'DESC'],
  tls_expires_at: ["coalesce(extract(epoch FROM s.tls_expires_at), 'infinity'::numeric)", 'numeric', 'ASC'],
}

export interface MonitorFilter {
  status?: readonly string[] | undefined
  type?: readonly string[] | undefined
  q?: string | undefined
  /** Each with a value, or only a name. */
  labels: readonly { name: string; value: string | undefined }[]
}

function conditionsOf(tenantId: string, { type, q, labels }: MonitorFilter) {
  const conditions = ['m.tenant_id = :tenantId']
  if (type) conditions.push('m.type = ANY(:types::text[])')
  if (q !== undefined) conditions.push('(m.name ILIKE :like OR m.target ILIKE :like OR m.labels::text ILIKE :like)')
  const exact = labels.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))
  const names = labels.flatMap(({ name, value }) => (value === undefined ? [name] : []))
  if (exact.length) conditions.push('m.labels @> CAST(:labels AS jsonb)')
  if (names.length) conditions.push('jsonb_exists_all(m.labels, :labelNames::text[])')
  const bindings = {
    tenantId,
    types: type ?? [],
    like: likePattern(q ?? ''),
    labels: JSON.stringify(Object.fromEntries(exact)),
    labelNames: names,
  }
  return { where: conditions.join(' AND '), bindings }
}

/** The last monitor of the previous page. */
export interface MonitorPosition {
  value: string
  id: string
}

export function listMonitors(
  db: Db,
  tenantId: string,
  filter: MonitorFilter,
  { sort, after, limit }: { sort: MonitorSort; after: MonitorPosition | undefined; limit: number },
): Promise<ListedMonitor[]> {
  const { where, bindings } = conditionsOf(tenantId, filter)
  const [expression, type, direction] = SORTED[sort]
  const beyond = direction === 'ASC' ? '>' : '<'
  const statuses = filter.status ? `AND ${STATUS} = ANY(:statuses::text[])` : ''
  const position = after ? `AND (${expression}, m.id) ${beyond} (CAST(:value AS ${type}), CAST(:id AS uuid))` : ''
  return manyRows(
    db,
    listedRow,
    `SELECT m.id, m.name, m.type, m.target, m.interval_seconds, m.labels, ${STATUS} AS status, s.status_since,
       s.checked_at, s.latency_ms, s.status_code, s.error_code, s.error_message, s.tls_expires_at, s.recent,
       (${expression})::text AS sorted_by
     FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id
     WHERE ${where} ${statuses} ${position} ORDER BY ${expression} ${direction}, m.id ${direction} LIMIT :limit`,
    { ...bindings, statuses: filter.status ?? [], value: after?.value ?? '', id: after?.id ?? '', limit },
  )
}

const statusCount = z.object({ status: monitorStatus, count: z.number() })

/** By status, whatever status the filter asks for. */
export function countByStatus(db: Db, tenantId: string, filter: MonitorFilter) {
  const { where, bindings } = conditionsOf(tenantId, filter)
  return manyRows(
    db,
    statusCount,
    `SELECT ${STATUS} AS status, count(*)::integer AS count
     FROM monitors m JOIN monitor_states s ON s.monitor_id = m.id WHERE ${where} GROUP BY 1`,
    bindings,
  )
}

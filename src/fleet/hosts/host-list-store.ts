import { type Db, likePattern } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { type HOST_SORT_FIELDS, type HostStatus, host, hostStatus, platformCount } from '../../contract/hosts'
import { NOT_LINUX } from '../platform'

export const hostRow = host.omit({ labels: true }).extend({
  enrolled_at: z.date(),
  last_enrolled_at: z.date(),
  last_seen_at: z.date(),
  refreshed_at: z.date().nullable(),
  schedule_lost_at: z.date().nullable(),
})

/** The columns of a `hostRow`. */
export const COLUMNS = Object.keys(hostRow.shape)
  .map(name => `h.${name}`)
  .join(', ')

export type SortField = (typeof HOST_SORT_FIELDS)[number]

/** By sort field: the SQL expression, and the type by which a cursor compares it. */
const SORTED: Record<SortField, readonly [expression: string, type: string]> = {
  hostname: ['lower(h.hostname)', 'text'],
  host_identifier: ['h.host_identifier', 'text'],
  platform: ['h.platform', 'text'],
  os_name: ["h.os_name || ' ' || h.os_version", 'text'],
  osquery_version: ['h.osquery_version', 'text'],
  status: ['h.status', 'text'],
  last_seen_at: ['extract(epoch FROM h.last_seen_at)', 'numeric'],
  enrolled_at: ['extract(epoch FROM h.enrolled_at)', 'numeric'],
}

export interface HostFilter {
  /** Searches names, identifiers, serial numbers and operating systems. */
  q?: string | undefined
  /** A name, or `linux` for every distribution. */
  platform?: string | undefined
  /** A name or an id. */
  label?: string | undefined
}

export interface Sort {
  field: SortField
  descending: boolean
}

/** The last host of the previous page. */
export interface HostPosition {
  value: string
  id: string
}

const SEARCHED = ['hostname', 'host_identifier', 'hardware_serial', 'hardware_uuid', 'id::text']
  .map(column => `h.${column} ILIKE :like`)
  .concat("h.os_name || ' ' || h.os_version ILIKE :like")
  .join(' OR ')

/** The filter as SQL. Conditions that are not given are left out, so that they cost nothing. */
function conditionsOf(tenantId: string, { q, platform, label }: HostFilter) {
  const conditions = ['h.tenant_id = :tenantId']
  if (q !== undefined) conditions.push(`(${SEARCHED})`)
  if (platform === 'linux') conditions.push('h.platform <> ALL(:notLinux::text[])')
  else if (platform !== undefined) conditions.push('h.platform = :platform')
  if (label !== undefined)
    conditions.push(`h.id IN (SELECT m.host_id FROM labels l JOIN label_hosts m ON m.label_id = l.id
      WHERE l.tenant_id = :tenantId AND (l.name = :label OR l.id::text = :label))`)
  const like = likePattern(q ?? '')
  const bindings = { tenantId, like, platform: platform ?? '', label: label ?? '', notLinux: NOT_LINUX }
  return { where: conditions.join(' AND '), bindings }
}

/** @returns hosts in order, each with its sort value as text */
export function listHosts(
  db: Db,
  tenantId: string,
  filter: HostFilter & { status?: HostStatus | undefined },
  { sort, after, limit }: { sort: Sort; after: HostPosition | undefined; limit: number },
) {
  const { where, bindings } = conditionsOf(tenantId, filter)
  const [expression, type] = SORTED[sort.field]
  const [direction, beyond] = sort.descending ? ['DESC', '<'] : ['ASC', '>']
  const status = filter.status === undefined ? '' : 'AND h.status = :status'
  const afterPosition = after ? `AND (${expression}, h.id) ${beyond} (:value::${type}, :id::uuid)` : ''
  return manyRows(
    db,
    hostRow.extend({ sorted_by: z.string() }),
    `SELECT ${COLUMNS}, (${expression})::text AS sorted_by FROM hosts h WHERE ${where} ${status} ${afterPosition}
     ORDER BY ${expression} ${direction}, h.id ${direction} LIMIT :limit`,
    { ...bindings, status: filter.status ?? '', value: after?.value ?? '', id: after?.id ?? '', limit },
  )
}

/** Hosts by status. */
export function countHosts(db: Db, tenantId: string, filter: HostFilter) {
  const { where, bindings } = conditionsOf(tenantId, filter)
  return manyRows(
    db,
    z.object({ status: hostStatus, count: z.number() }),
    `SELECT h.status, count(*)::integer AS count FROM hosts h WHERE ${where} GROUP BY h.status`,
    bindings,
  )
}

export const countByPlatform = (db: Db, tenantId: string) =>
  manyRows(
    db,
    platformCount,
    `SELECT platform, count(*)::integer AS hosts FROM hosts WHERE tenant_id = ? GROUP BY platform
     ORDER BY hosts DESC, platform LIMIT 200`,
    [tenantId],
  )

const labelOfHost = z.object({ host_id: z.string(), id: z.string(), name: z.string() })
export type LabelOfHost = z.output<typeof labelOfHost>

export const labelsOfHosts = (db: Db, tenantId: string, hostIds: string[]) =>
  manyRows(
    db,
    labelOfHost,
    `SELECT m.host_id, l.id, l.name FROM label_hosts m JOIN labels l ON l.id = m.label_id
     WHERE l.tenant_id = :tenantId AND m.host_id = ANY(:hostIds::uuid[]) ORDER BY l.name`,
    { tenantId, hostIds },
  )

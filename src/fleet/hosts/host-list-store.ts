import { type Db, likePattern, rows } from '../../base/db'
import { NOT_LINUX } from '../platform'
import type { HostStatus } from './host'

export interface HostRow {
  id: string
  host_identifier: string
  hostname: string
  platform: string
  os_name: string
  os_version: string
  osquery_version: string
  hardware_uuid: string
  hardware_serial: string
  status: HostStatus
  enrolled_at: Date
  last_enrolled_at: Date
  last_seen_at: Date
  refreshed_at: Date | null
  /** Since when it has no schedule although it is served one. */
  schedule_lost_at: Date | null
}

/** Of a `HostRow`. */
export const COLUMNS = `h.id, h.host_identifier, h.hostname, h.platform, h.os_name, h.os_version, h.osquery_version, h.hardware_uuid,
  h.hardware_serial, h.status, h.enrolled_at, h.last_enrolled_at, h.last_seen_at, h.refreshed_at, h.schedule_lost_at`

/** What a list may be sorted by: the expression, and the type in which a cursor compares it. */
const SORTED = {
  hostname: ['lower(h.hostname)', 'text'],
  host_identifier: ['h.host_identifier', 'text'],
  platform: ['h.platform', 'text'],
  os_name: ["h.os_name || ' ' || h.os_version", 'text'],
  osquery_version: ['h.osquery_version', 'text'],
  status: ['h.status', 'text'],
  last_seen_at: ['extract(epoch FROM h.last_seen_at)', 'numeric'],
  enrolled_at: ['extract(epoch FROM h.enrolled_at)', 'numeric'],
} as const
export type SortField = keyof typeof SORTED
export const SORT_FIELDS = Object.keys(SORTED) as SortField[]

export interface HostFilter {
  /** In names, identifiers, serials and operating systems. */
  q?: string | undefined
  /** A name, or `linux` for all of its distributions. */
  platform?: string | undefined
  /** Name or id. */
  label?: string | undefined
}

export interface Sort {
  field: SortField
  descending: boolean
}

/** The last host of the page before. */
export interface Place {
  value: string
  id: string
}

const SEARCHED = ['hostname', 'host_identifier', 'hardware_serial', 'hardware_uuid', 'id::text']
  .map(column => `h.${column} ILIKE :like`)
  .concat("h.os_name || ' ' || h.os_version ILIKE :like")
  .join(' OR ')

/** The filter as SQL; parts that were not asked for are left out, so that they cost nothing. */
function meant(tenantId: string, { q, platform, label }: HostFilter) {
  const parts = ['h.tenant_id = :tenantId']
  if (q !== undefined) parts.push(`(${SEARCHED})`)
  if (platform === 'linux') parts.push('h.platform <> ALL(:notLinux::text[])')
  else if (platform !== undefined) parts.push('h.platform = :platform')
  if (label !== undefined)
    parts.push(`h.id IN (SELECT m.host_id FROM labels l JOIN label_hosts m ON m.label_id = l.id
      WHERE l.tenant_id = :tenantId AND (l.name = :label OR l.id::text = :label))`)
  const like = likePattern(q ?? '')
  const bindings = { tenantId, like, platform: platform ?? '', label: label ?? '', notLinux: NOT_LINUX }
  return { where: parts.join(' AND '), bindings }
}

/** @returns hosts in order, each with the text that a cursor behind it holds */
export function listHosts(
  db: Db,
  tenantId: string,
  filter: HostFilter & { status?: HostStatus | undefined },
  { sort, after, limit }: { sort: Sort; after: Place | undefined; limit: number },
): Promise<(HostRow & { sorted_by: string })[]> {
  const { where, bindings } = meant(tenantId, filter)
  const [expression, type] = SORTED[sort.field]
  const [direction, beyond] = sort.descending ? ['DESC', '<'] : ['ASC', '>']
  const status = filter.status === undefined ? '' : 'AND h.status = :status'
  const behind = after ? `AND (${expression}, h.id) ${beyond} (:value::${type}, :id::uuid)` : ''
  return rows(
    db,
    `SELECT ${COLUMNS}, (${expression})::text AS sorted_by FROM hosts h WHERE ${where} ${status} ${behind}
     ORDER BY ${expression} ${direction}, h.id ${direction} LIMIT :limit`,
    { ...bindings, status: filter.status ?? '', value: after?.value ?? '', id: after?.id ?? '', limit },
  )
}

/** How many hosts of a filter are in each status. */
export function countHosts(db: Db, tenantId: string, filter: HostFilter) {
  const { where, bindings } = meant(tenantId, filter)
  return rows<{ status: HostStatus; hosts: number }>(
    db,
    `SELECT h.status, count(*)::integer AS hosts FROM hosts h WHERE ${where} GROUP BY h.status`,
    bindings,
  )
}

export const countByPlatform = (db: Db, tenantId: string) =>
  rows<{ platform: string; hosts: number }>(
    db,
    `SELECT platform, count(*)::integer AS hosts FROM hosts WHERE tenant_id = ? GROUP BY platform
     ORDER BY hosts DESC, platform LIMIT 200`,
    [tenantId],
  )

export interface LabelOfHost {
  host_id: string
  id: string
  name: string
}

export const labelsOfHosts = (db: Db, tenantId: string, hostIds: string[]) =>
  rows<LabelOfHost>(
    db,
    `SELECT m.host_id, l.id, l.name FROM label_hosts m JOIN labels l ON l.id = m.label_id
     WHERE l.tenant_id = :tenantId AND m.host_id = ANY(:hostIds::uuid[]) ORDER BY l.name`,
    { tenantId, hostIds },
  )

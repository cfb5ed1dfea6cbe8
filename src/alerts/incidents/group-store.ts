import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { idRow, idsOf, manyRows, storedJson } from '../../base/rows'
import { type Labels, labelSet } from '../../contract/matchers'

/** Alerts of one route with the same group labels. Times in ms. */
export interface Group {
  id: string
  routeKey: string
  groupKey: string
  groupLabels: Labels
  receiver: string | null
  isDetached: boolean
  /** The latest. */
  incidentId: string | null
  nextFlushAt: number | null
  /** Null: it has not been looked at since it began to fire. */
  flushedAt: number | null
  toldAt: number | null
  /** What the receiver takes for firing. */
  told: Set<string>
  /** Have been muted since the receiver was last told of them. */
  hushed: Set<string>
  decision: string | null
  mutedDecision: string | null
  flaps: number[]
  isFlapping: boolean
  isFlappingTold: boolean
  createdAt: number
}

const groupRow = z.object({
  id: z.string(),
  route_key: z.string(),
  group_key: z.string(),
  group_labels: z.string(),
  receiver: z.string().nullable(),
  is_detached: z.boolean(),
  incident_id: z.string().nullable(),
  next_flush_at: z.date().nullable(),
  flushed_at: z.date().nullable(),
  told_at: z.date().nullable(),
  told_firing: z.array(z.string()),
  hushed: z.array(z.string()),
  decision: z.string().nullable(),
  muted_decision: z.string().nullable(),
  flaps: z.array(z.date()),
  is_flapping: z.boolean(),
  is_flapping_told: z.boolean(),
  created_at: z.date(),
})
const COLUMNS = Object.keys(groupRow.shape).join(', ')

const readGroup = (row: z.output<typeof groupRow>): Group => ({
  id: row.id,
  routeKey: row.route_key,
  groupKey: row.group_key,
  groupLabels: storedJson(labelSet, row.group_labels),
  receiver: row.receiver,
  isDetached: row.is_detached,
  incidentId: row.incident_id,
  nextFlushAt: row.next_flush_at?.getTime() ?? null,
  flushedAt: row.flushed_at?.getTime() ?? null,
  toldAt: row.told_at?.getTime() ?? null,
  told: new Set(row.told_firing),
  hushed: new Set(row.hushed),
  decision: row.decision,
  mutedDecision: row.muted_decision,
  flaps: row.flaps.map(at => at.getTime()),
  isFlapping: row.is_flapping,
  isFlappingTold: row.is_flapping_told,
  createdAt: row.created_at.getTime(),
})

export async function groupsByKey(
  trx: Transaction,
  tenantId: string,
  keys: readonly { routeKey: string; groupKey: string }[],
): Promise<Group[]> {
  const rows = await manyRows(
    trx,
    groupRow,
    `SELECT ${COLUMNS} FROM alert_groups WHERE tenant_id = ? AND (route_key, group_key) IN (
       SELECT * FROM unnest(?::text[], ?::text[]))`,
    [tenantId, keys.map(key => key.routeKey), keys.map(key => key.groupKey)],
  )
  return rows.map(readGroup)
}

export async function groupsById(trx: Transaction, tenantId: string, ids: readonly string[]): Promise<Group[]> {
  const sql = `SELECT ${COLUMNS} FROM alert_groups WHERE tenant_id = ? AND id = ANY(?::uuid[])`
  return (await manyRows(trx, groupRow, sql, [tenantId, ids])).map(readGroup)
}

/** Detached groups whose receivers were told of some alerts. */
export async function detachedGroupsOf(
  trx: Transaction,
  tenantId: string,
  alertIds: readonly string[],
): Promise<string[]> {
  const sql = 'SELECT id FROM alert_groups WHERE tenant_id = ? AND is_detached AND told_firing && ?::uuid[]'
  return idsOf(await manyRows(trx, idRow, sql, [tenantId, alertIds]))
}

/** Groups to be looked at by a time, the one due longest first. */
export async function dueGroups(trx: Transaction, tenantId: string, by: Date, limit: number): Promise<string[]> {
  const sql = `SELECT id FROM alert_groups WHERE tenant_id = ? AND next_flush_at <= ? ORDER BY next_flush_at LIMIT ?`
  return idsOf(await manyRows(trx, idRow, sql, [tenantId, by, limit]))
}

const briefRow = groupRow.pick({ id: true, route_key: true, group_key: true, receiver: true })

/** All groups of a tenant that routes can lead to. */
export const attachedGroups = (trx: Transaction, tenantId: string) =>
  manyRows(
    trx,
    briefRow,
    'SELECT id, route_key, group_key, receiver FROM alert_groups WHERE tenant_id = ? AND NOT is_detached',
    [tenantId],
  )

/** Makes all groups due that have been looked at before, because what decides about them has changed. */
export async function wakeGroups(trx: Transaction, tenantId: string, now: Date): Promise<void> {
  await trx.raw(
    `UPDATE alert_groups SET next_flush_at = :now
     WHERE tenant_id = :tenantId AND flushed_at IS NOT NULL AND (next_flush_at IS NULL OR next_flush_at > :now)`,
    { tenantId, now },
  )
}

const SCALARS = {
  route_key: 'text',
  group_key: 'text',
  group_labels: 'text',
  receiver: 'text',
  is_detached: 'boolean',
  incident_id: 'uuid',
  next_flush_at: 'timestamptz',
  flushed_at: 'timestamptz',
  told_at: 'timestamptz',
  decision: 'text',
  muted_decision: 'text',
  flaps: 'timestamptz[]',
  is_flapping: 'boolean',
  is_flapping_told: 'boolean',
  created_at: 'timestamptz',
}
/** What receivers were told, which may be long lists. */
const TOLD = { told_firing: 'uuid[]', hushed: 'uuid[]' }

const statementFor = (columns: Record<string, string>) => {
  const names = Object.keys(columns)
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  return `INSERT INTO alert_groups (id, tenant_id, ${names.join(', ')})
    SELECT id, ?, ${names.join(', ')} FROM json_to_recordset(?::json) AS r(id uuid, ${typed.join(', ')})
    ON CONFLICT (id) DO UPDATE SET ${names.map(name => `${name} = excluded.${name}`).join(', ')}`
}
const STORE = statementFor(SCALARS)
const STORE_WITH_TOLD = statementFor({ ...SCALARS, ...TOLD })

/** Stores groups, new or not, without what they told. */
export async function storeGroups(trx: Transaction, tenantId: string, groups: readonly Group[]): Promise<void> {
  if (groups.length) await trx.raw(STORE, [tenantId, JSON.stringify(groups.map(writeGroup))])
}

/** The same with what they told. */
export async function storeTold(trx: Transaction, tenantId: string, groups: readonly Group[]): Promise<void> {
  if (!groups.length) return
  const rows = groups.map(group => ({ ...writeGroup(group), told_firing: [...group.told], hushed: [...group.hushed] }))
  await trx.raw(STORE_WITH_TOLD, [tenantId, JSON.stringify(rows)])
}

const time = (at: number | null) => (at === null ? null : new Date(at).toISOString())

const writeGroup = (group: Group) => ({
  id: group.id,
  route_key: group.routeKey,
  group_key: group.groupKey,
  group_labels: JSON.stringify(group.groupLabels),
  receiver: group.receiver,
  is_detached: group.isDetached,
  incident_id: group.incidentId,
  next_flush_at: time(group.nextFlushAt),
  flushed_at: time(group.flushedAt),
  told_at: time(group.toldAt),
  decision: group.decision,
  muted_decision: group.mutedDecision,
  flaps: group.flaps.map(time),
  is_flapping: group.isFlapping,
  is_flapping_told: group.isFlappingTold,
  created_at: time(group.createdAt),
})

export async function deleteGroups(trx: Transaction, tenantId: string, ids: readonly string[]): Promise<void> {
  if (ids.length)
    await trx.raw('DELETE FROM alert_groups WHERE tenant_id = ? AND id = ANY(?::uuid[])', [tenantId, [...ids]])
}

import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, manyRows, oneRow, storedJson } from '../../base/rows'
import { unlessTaken } from '../../base/unique'
import { matcher } from '../../contract/matchers'
import type { StoredWindow } from './window'

const windowRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  /** JSON. */
  matchers: z.string(),
  cron: z.string().nullable(),
  timezone: z.string().nullable(),
  duration_minutes: z.number().nullable(),
  starts_at: z.date().nullable(),
  ends_at: z.date().nullable(),
  enabled: z.boolean(),
  created_by: z.string(),
  created_at: z.date(),
  updated_at: z.date(),
})
type WindowRow = z.output<typeof windowRow>
/** Windows of a tenant. */
export const WINDOWS_MAX = 200
const COLUMNS = Object.keys(windowRow.shape)
const WINDOW = COLUMNS.join(', ')

const read = (row: WindowRow): StoredWindow => ({
  id: row.id,
  tenantId: row.tenant_id,
  name: row.name,
  matchers: storedJson(z.array(matcher), row.matchers),
  cron: row.cron,
  timezone: row.timezone,
  durationMinutes: row.duration_minutes,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  enabled: row.enabled,
  createdBy: row.created_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const stored = (window: StoredWindow): WindowRow => ({
  id: window.id,
  tenant_id: window.tenantId,
  name: window.name,
  matchers: JSON.stringify(window.matchers),
  cron: window.cron,
  timezone: window.timezone,
  duration_minutes: window.durationMinutes,
  starts_at: window.startsAt,
  ends_at: window.endsAt,
  enabled: window.enabled,
  created_by: window.createdBy,
  created_at: window.createdAt,
  updated_at: window.updatedAt,
})

/** Stores a new or changed window. @returns `taken` if another one has the name, which breaks the transaction */
export async function writeWindow(trx: Transaction, window: StoredWindow): Promise<'taken' | undefined> {
  const changing = COLUMNS.filter(name => !['id', 'tenant_id', 'created_by', 'created_at'].includes(name))
  const written = trx.raw(
    `INSERT INTO maintenance_windows AS w (${WINDOW}) VALUES (${COLUMNS.map(name => `:${name}`).join(', ')})
     ON CONFLICT (id) DO UPDATE SET ${changing.map(name => `${name} = excluded.${name}`).join(', ')}
     WHERE w.tenant_id = excluded.tenant_id`,
    stored(window),
  )
  return (await unlessTaken(written)) ? undefined : 'taken'
}

/** A window; within a transaction that has locked the head of the tenant, nobody else can change it. */
export async function findWindow(db: Db, tenantId: string, id: string): Promise<StoredWindow | undefined> {
  const sql = `SELECT ${WINDOW} FROM maintenance_windows WHERE tenant_id = ? AND id = ?`
  const found = await firstRow(db, windowRow, sql, [tenantId, id])
  return found && read(found)
}

/** @returns whether there was such a window */
export async function deleteWindow(trx: Transaction, tenantId: string, id: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    'DELETE FROM maintenance_windows WHERE tenant_id = ? AND id = ?',
    [tenantId, id],
  )
  return rowCount > 0
}

export async function countWindows(trx: Transaction, tenantId: string): Promise<number> {
  const sql = 'SELECT count(*) AS count FROM maintenance_windows WHERE tenant_id = ?'
  return (await oneRow(trx, countRow, sql, [tenantId])).count
}

export async function enabledWindows(db: Db, tenantId: string, limit: number): Promise<StoredWindow[]> {
  const sql = `SELECT ${WINDOW} FROM maintenance_windows WHERE tenant_id = ? AND enabled ORDER BY name LIMIT ?`
  return (await manyRows(db, windowRow, sql, [tenantId, limit])).map(read)
}

export interface WindowPlace {
  q: string | undefined
  /** A name. */
  after: string | undefined
  limit: number
}

/** By name. */
export async function listWindows(db: Db, tenantId: string, place: WindowPlace): Promise<StoredWindow[]> {
  const { q, after, limit } = place
  const found = await manyRows(
    db,
    windowRow,
    `SELECT ${WINDOW} FROM maintenance_windows
     WHERE tenant_id = :tenantId AND (CAST(:after AS text) IS NULL OR name > :after)
       AND (CAST(:q AS text) IS NULL OR strpos(lower(name || ' ' || matchers), lower(:q)) > 0)
     ORDER BY name LIMIT :limit`,
    { tenantId, q: q ?? null, after: after ?? null, limit },
  )
  return found.map(read)
}

import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { builtRows, firstRow, idRow, oneRow, storedJson } from '../../base/rows'
import { actor } from '../../contract/access'

const scheduleRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** JSON. */
  input: z.string(),
  every_ms: z.number().nullable(),
  cron: z.string().nullable(),
  timezone: z.string().nullable(),
  /** JSON. */
  created_by: z.string(),
  last_at: z.date().nullable(),
  last_job_id: z.string().nullable(),
})
const SCHEDULE = Object.keys(scheduleRow.shape)

const read = (row: z.output<typeof scheduleRow>) => ({ ...row, created_by: storedJson(actor, row.created_by) })
export type Schedule = ReturnType<typeof read>

/** Creates a schedule, or changes the one with that name. */
export async function writeSchedule(db: Db, given: Omit<Schedule, 'last_at' | 'last_job_id'>): Promise<Schedule> {
  const stored = await oneRow(
    db,
    scheduleRow,
    `INSERT INTO job_schedules (id, tenant_id, name, kind, input, every_ms, cron, timezone, created_by)
     VALUES (:id, :tenant_id, :name, :kind, :input, :every_ms, :cron, :timezone, :created_by)
     ON CONFLICT (tenant_id, name) DO UPDATE SET kind = excluded.kind, input = excluded.input,
       every_ms = excluded.every_ms, cron = excluded.cron, timezone = excluded.timezone
     RETURNING ${SCHEDULE.join(', ')}`,
    { ...given, created_by: JSON.stringify(given.created_by) },
  )
  return read(stored)
}

export async function deleteSchedule(db: Db, tenantId: string, name: string): Promise<string | undefined> {
  const gone = await firstRow(db, idRow, 'DELETE FROM job_schedules WHERE tenant_id = ? AND name = ? RETURNING id', [
    tenantId,
    name,
  ])
  return gone?.id
}

export async function findSchedule(db: Db, id: string): Promise<Schedule | undefined> {
  const found = await firstRow(db, scheduleRow, `SELECT ${SCHEDULE.join(', ')} FROM job_schedules WHERE id = ?`, [id])
  return found && read(found)
}

export async function listSchedules(db: Db, tenantId?: string): Promise<Schedule[]> {
  const query = db('job_schedules').select(SCHEDULE).orderBy('name')
  if (tenantId) query.where('tenant_id', tenantId)
  const found = await builtRows(scheduleRow, query)
  return found.map(read)
}

export async function markFired(db: Db, id: string, at: Date, jobId: string): Promise<void> {
  await db.raw(
    'UPDATE job_schedules SET last_at = :at, last_job_id = :jobId WHERE id = :id AND (last_at IS NULL OR last_at < :at)',
    { id, at, jobId },
  )
}

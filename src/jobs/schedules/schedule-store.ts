import { type Db, rows } from '../../base/db'
import type { Actor } from '../../contract/access'

export interface Schedule {
  id: string
  tenant_id: string
  name: string
  kind: string
  /** JSON. */
  input: string
  every_ms: number | null
  cron: string | null
  timezone: string | null
  created_by: Actor
  last_at: Date | null
  last_job_id: string | null
}

type Stored = Omit<Schedule, 'created_by'> & { created_by: string }
const read = (row: Stored): Schedule => ({ ...row, created_by: JSON.parse(row.created_by) })

/** Makes a schedule or changes the one of that name; answers it. */
export async function writeSchedule(db: Db, given: Omit<Schedule, 'last_at' | 'last_job_id'>): Promise<Schedule> {
  const [stored] = await rows<Stored>(
    db,
    `INSERT INTO job_schedules (id, tenant_id, name, kind, input, every_ms, cron, timezone, created_by)
     VALUES (:id, :tenant_id, :name, :kind, :input, :every_ms, :cron, :timezone, :created_by)
     ON CONFLICT (tenant_id, name) DO UPDATE SET kind = excluded.kind, input = excluded.input,
       every_ms = excluded.every_ms, cron = excluded.cron, timezone = excluded.timezone
     RETURNING *`,
    { ...given, created_by: JSON.stringify(given.created_by) },
  )
  if (!stored) throw new Error('The schedule was not stored')
  return read(stored)
}

export async function deleteSchedule(db: Db, tenantId: string, name: string): Promise<string | undefined> {
  const [gone] = await rows<{ id: string }>(
    db,
    'DELETE FROM job_schedules WHERE tenant_id = ? AND name = ? RETURNING id',
    [tenantId, name],
  )
  return gone?.id
}

export async function findSchedule(db: Db, id: string): Promise<Schedule | undefined> {
  const [found] = await rows<Stored>(db, 'SELECT * FROM job_schedules WHERE id = ?', [id])
  return found && read(found)
}

export async function listSchedules(db: Db, tenantId?: string): Promise<Schedule[]> {
  const query = db('job_schedules').select('*').orderBy('name')
  if (tenantId) query.where('tenant_id', tenantId)
  const found: Stored[] = await query
  return found.map(read)
}

export async function markFired(db: Db, id: string, at: Date, jobId: string): Promise<void> {
  await db.raw(
    'UPDATE job_schedules SET last_at = :at, last_job_id = :jobId WHERE id = :id AND (last_at IS NULL OR last_at < :at)',
    { id, at, jobId },
  )
}

import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { idRow, idsOf, manyRows, oneRow } from '../../base/rows'
import { scheduleRow } from './schedule-store'

const dueRow = scheduleRow.omit({
  input: true,
  is_system: true,
  created_by: true,
  created_at: true,
  updated_at: true,
})
/** What decides on whether a schedule creates a job, and what comes of it. */
export type DueSchedule = z.output<typeof dueRow>

/** By id. */
export async function lockDue(trx: Transaction, ids: readonly string[]): Promise<Map<string, DueSchedule>> {
  const found = await manyRows(
    trx,
    dueRow,
    `SELECT ${Object.keys(dueRow.shape).join(', ')} FROM job_schedules WHERE id = ANY(?::uuid[]) ORDER BY id FOR UPDATE`,
    [ids],
  )
  return new Map(found.map(row => [row.id, row]))
}

/** Which of the jobs that schedules created have not ended. */
export async function openOf(trx: Transaction, schedules: Iterable<DueSchedule>): Promise<Set<string>> {
  const jobs = [...schedules].flatMap(({ tenant_id, open_jobs }) => open_jobs.map(id => ({ tenant_id, id })))
  if (!jobs.length) return new Set()
  const found = await manyRows(
    trx,
    idRow,
    `SELECT j.id FROM jobs j JOIN unnest(?::uuid[], ?::uuid[]) AS given(tenant_id, id) USING (tenant_id, id)
     WHERE j.ended_at IS NULL`,
    [jobs.map(job => job.tenant_id), jobs.map(job => job.id)],
  )
  return new Set(idsOf(found))
}

export async function storeDue(trx: Transaction, schedules: readonly DueSchedule[]): Promise<void> {
  const changed = schedules.map(({ open_jobs, ...row }) => ({ ...row, open_jobs: `{${open_jobs.join(',')}}` }))
  await trx.raw(
    `UPDATE job_schedules s SET next_at = x.next_at, ended_at = x.ended_at, last_at = x.last_at,
       last_job_id = x.last_job_id, open_jobs = x.open_jobs::uuid[], skipped_at = x.skipped_at, skip_reason = x.skip_reason
     FROM json_to_recordset(?::json) AS x(id uuid, next_at timestamptz, ended_at timestamptz, last_at timestamptz,
       last_job_id uuid, open_jobs text, skipped_at timestamptz, skip_reason text)
     WHERE s.id = x.id`,
    [JSON.stringify(changed)],
  )
}

/** Schedules that are due, the longest overdue first, and those whose next time was never computed. */
export async function dueIds(db: Db, now: Date, limit: number): Promise<string[]> {
  const found = await manyRows(
    db,
    idRow,
    `SELECT id FROM job_schedules WHERE enabled AND ended_at IS NULL AND (next_at IS NULL OR next_at <= ?)
     ORDER BY next_at NULLS FIRST LIMIT ?`,
    [now, limit],
  )
  return idsOf(found)
}

export async function earliestDue(db: Db): Promise<Date | null> {
  const { at } = await oneRow(
    db,
    z.object({ at: z.date().nullable() }),
    'SELECT min(next_at) AS at FROM job_schedules WHERE enabled AND ended_at IS NULL',
  )
  return at
}

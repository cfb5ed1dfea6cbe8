import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, idRow, manyRows, oneRow, storedJson } from '../../base/rows'
import { unlessTaken } from '../../base/unique'
import { type Actor, actor } from '../../contract/access'
import { jobStatus } from '../../contract/jobs'
import { skipReason } from '../../contract/schedules'
import { CATCH_UPS, OVERLAPS } from '../../contract/values'

/** A row of `job_schedules`. */
export const scheduleRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** JSON, as given. */
  input: z.string(),
  every_ms: z.number().nullable(),
  cron: z.string().nullable(),
  timezone: z.string().nullable(),
  anchor_at: z.date(),
  overlap: z.enum(OVERLAPS),
  catch_up: z.enum(CATCH_UPS),
  enabled: z.boolean(),
  until: z.date().nullable(),
  is_system: z.boolean(),
  next_at: z.date().nullable(),
  ended_at: z.date().nullable(),
  last_at: z.date().nullable(),
  last_job_id: z.string().nullable(),
  open_jobs: z.array(z.string()),
  skipped_at: z.date().nullable(),
  skip_reason: skipReason.nullable(),
  /** JSON. */
  created_by: z.string(),
  created_at: z.date(),
  updated_at: z.date(),
})
const COLUMNS = Object.keys(scheduleRow.shape)
const SCHEDULE = COLUMNS.join(', ')
/** What people and the program decide on; the rest is what has come of it. */
const SET = [
  ...['name', 'kind', 'input', 'every_ms', 'cron', 'timezone', 'anchor_at', 'overlap', 'catch_up', 'enabled'],
  ...['until', 'next_at', 'ended_at', 'updated_at'],
]
const listedRow = scheduleRow.extend({ last_job_status: jobStatus.nullable() })

type Read<Row> = Omit<Row, 'created_by'> & { created_by: Actor }
const read = <Row extends { created_by: string }>(row: Row): Read<Row> => ({
  ...row,
  created_by: storedJson(actor, row.created_by),
})
export type Schedule = Read<z.output<typeof scheduleRow>>
/** With the state of its last job. */
export type ListedSchedule = Read<z.output<typeof listedRow>>

const stored = (schedule: Schedule) => ({ ...schedule, created_by: JSON.stringify(schedule.created_by) })
const INSERT = `INSERT INTO job_schedules (${SCHEDULE}) VALUES (${COLUMNS.map(name => `:${name}`).join(', ')})`

/** @returns nothing when the tenant has a schedule of that name */
export async function insertSchedule(trx: Transaction, schedule: Schedule): Promise<Schedule | undefined> {
  const inserted = await firstRow(
    trx,
    scheduleRow,
    `${INSERT} ON CONFLICT (tenant_id, name) DO NOTHING RETURNING ${SCHEDULE}`,
    stored(schedule),
  )
  return inserted && read(inserted)
}

/** Creates a schedule of the program or changes the one of that name. @throws Error when people have one of that name */
export async function writeSystemSchedule(db: Db, schedule: Schedule): Promise<Schedule> {
  const written = await oneRow(
    db,
    scheduleRow,
    `${INSERT} ON CONFLICT (tenant_id, name) DO UPDATE SET ${SET.map(name => `${name} = excluded.${name}`).join(', ')}
     WHERE job_schedules.is_system RETURNING ${SCHEDULE}`,
    stored(schedule),
  )
  return read(written)
}

/** @returns `taken` when another schedule has the name, which breaks the transaction */
export async function updateSchedule(trx: Transaction, schedule: Schedule): Promise<'taken' | undefined> {
  const update = trx.raw(
    `UPDATE job_schedules SET ${SET.map(name => `${name} = :${name}`).join(', ')}
     WHERE tenant_id = :tenant_id AND id = :id`,
    stored(schedule),
  )
  return (await unlessTaken(update)) ? undefined : 'taken'
}

export async function lockSchedule(trx: Transaction, tenantId: string, id: string): Promise<Schedule | undefined> {
  const found = await firstRow(
    trx,
    scheduleRow,
    `SELECT ${SCHEDULE} FROM job_schedules WHERE tenant_id = ? AND id = ? FOR UPDATE`,
    [tenantId, id],
  )
  return found && read(found)
}

export async function deleteSchedule(trx: Transaction, tenantId: string, id: string): Promise<void> {
  await trx.raw('DELETE FROM job_schedules WHERE tenant_id = ? AND id = ?', [tenantId, id])
}

/** @returns the id of the one that was deleted */
export async function deleteNamed(db: Db, tenantId: string, name: string): Promise<string | undefined> {
  const gone = await firstRow(db, idRow, 'DELETE FROM job_schedules WHERE tenant_id = ? AND name = ? RETURNING id', [
    tenantId,
    name,
  ])
  return gone?.id
}

/** Counts, while no other transaction that counts can add one. */
export async function countSchedules(trx: Transaction, tenantId: string): Promise<number> {
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`schedules of ${tenantId}`])
  const { count } = await oneRow(trx, countRow, 'SELECT count(*) AS count FROM job_schedules WHERE tenant_id = ?', [
    tenantId,
  ])
  return count
}

export async function findSchedule(db: Db, id: string): Promise<Schedule | undefined> {
  const found = await firstRow(db, scheduleRow, `SELECT ${SCHEDULE} FROM job_schedules WHERE id = ?`, [id])
  return found && read(found)
}

export interface SchedulePlace {
  kind?: string | undefined
  enabled?: boolean | undefined
  q?: string | undefined
  /** A name. */
  after?: string | undefined
  limit: number
}

const LISTED = `${COLUMNS.map(name => `s.${name}`).join(', ')}, j.status AS last_job_status
  FROM job_schedules s LEFT JOIN jobs j ON j.tenant_id = s.tenant_id AND j.id = s.last_job_id`

/** Of a tenant, by name. */
export async function listSchedules(
  db: Db,
  tenantId: string,
  { kind, enabled, q, after, limit }: SchedulePlace,
): Promise<ListedSchedule[]> {
  const found = await manyRows(
    db,
    listedRow,
    `SELECT ${LISTED} WHERE s.tenant_id = :tenantId AND (CAST(:after AS text) IS NULL OR s.name > :after)
       AND (CAST(:kind AS text) IS NULL OR s.kind = :kind)
       AND (CAST(:enabled AS boolean) IS NULL OR s.enabled = :enabled)
       AND (CAST(:q AS text) IS NULL OR strpos(lower(s.name || ' ' || s.kind), lower(:q)) > 0)
     ORDER BY s.name LIMIT :limit`,
    { tenantId, kind: kind ?? null, enabled: enabled ?? null, q: q ?? null, after: after ?? null, limit },
  )
  return found.map(row => read(row))
}

export async function findListed(db: Db, tenantId: string, id: string): Promise<ListedSchedule | undefined> {
  const found = await firstRow(db, listedRow, `SELECT ${LISTED} WHERE s.tenant_id = ? AND s.id = ?`, [tenantId, id])
  return found && read(found)
}

/** The program's schedule of a name. */
export async function findSystemSchedule(db: Db, tenantId: string, name: string): Promise<Schedule | undefined> {
  const found = await firstRow(
    db,
    scheduleRow,
    `SELECT ${SCHEDULE} FROM job_schedules WHERE tenant_id = ? AND name = ? AND is_system`,
    [tenantId, name],
  )
  return found && read(found)
}

const briefRow = scheduleRow.pick({
  id: true,
  name: true,
  kind: true,
  every_ms: true,
  cron: true,
  timezone: true,
  next_at: true,
  last_at: true,
  last_job_id: true,
})
const BRIEF = Object.keys(briefRow.shape).join(', ')
/** A schedule without its input, which may be large. */
export type BriefSchedule = z.output<typeof briefRow>

/** All of a tenant, by name. */
export const listBrief = (db: Db, tenantId: string, limit: number): Promise<BriefSchedule[]> =>
  manyRows(db, briefRow, `SELECT ${BRIEF} FROM job_schedules WHERE tenant_id = ? ORDER BY name LIMIT ?`, [
    tenantId,
    limit,
  ])

/** Those that come due, of all tenants. */
export const runningSchedules = (db: Db): Promise<BriefSchedule[]> =>
  manyRows(db, briefRow, `SELECT ${BRIEF} FROM job_schedules WHERE enabled AND ended_at IS NULL ORDER BY id`)

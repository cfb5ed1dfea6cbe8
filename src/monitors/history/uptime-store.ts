import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { historyState } from '../../contract/monitor-history'

const spanRow = z.object({
  at: z.date(),
  until: z.date().nullable(),
  state: historyState,
  error: z.string().nullable(),
})
/** A time in one state; `until` null: it lasts. */
export type StateSpan = z.output<typeof spanRow>

/** States of a monitor since a time, the oldest first: the first one may have begun before. */
export const listSpans = (db: Db, monitorId: string, from: Date) =>
  manyRows(
    db,
    spanRow,
    `SELECT at, lead(at) OVER (ORDER BY at, id) AS until, state, error FROM monitor_changes
     WHERE monitor_id = :monitorId AND at >= coalesce(
       (SELECT max(at) FROM monitor_changes WHERE monitor_id = :monitorId AND at <= :from), '-infinity')
     ORDER BY at, id`,
    { monitorId, from },
  )

/** The latest outages that lasted at some time since `from`, the newest first. */
export const listOutages = (db: Db, monitorId: string, from: Date, limit: number) =>
  manyRows(
    db,
    spanRow,
    `SELECT * FROM (
       SELECT at, lead(at) OVER (ORDER BY at, id) AS until, state, error FROM monitor_changes
       WHERE monitor_id = :monitorId AND at >= coalesce(
         (SELECT max(at) FROM monitor_changes WHERE monitor_id = :monitorId AND at <= :from), '-infinity')
     ) AS spans WHERE state = 'down' AND (until IS NULL OR until > :from) ORDER BY at DESC LIMIT :limit`,
    { monitorId, from, limit },
  )

const dayRow = z.object({ at: z.date(), states: z.partialRecord(historyState, z.number()) })
export type DaySum = z.output<typeof dayRow>

/** Days that have been summed up, oldest first. */
export const listDaySums = (db: Db, monitorId: string, from: Date) =>
  manyRows(
    db,
    dayRow,
    `SELECT d.at, d.states FROM monitor_days d
     WHERE d.monitor_id = ? AND d.at >= ? AND d.at < (SELECT done_until FROM monitor_rollups WHERE grain = 'day')
     ORDER BY d.at`,
    [monitorId, from],
  )

const lastRow = z.object({ checked_at: z.date().nullable(), allowed_ms: z.number() })

/** When a monitor was checked last, and how long after that the next check may come. */
export const findLastCheck = (db: Db, monitorId: string) =>
  firstRow(
    db,
    lastRow,
    `SELECT s.checked_at, m.interval_seconds * 2000::float8 + m.timeout_ms
       + coalesce((m.settings->>'grace_seconds')::int, 0) * 1000 + 30000 AS allowed_ms
     FROM monitor_states s JOIN monitors m ON m.id = s.monitor_id WHERE s.monitor_id = ?`,
    [monitorId],
  )

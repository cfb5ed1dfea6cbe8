import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { type Grain, type Span, SUMS, sumBindings } from './rollup-store'

const sumRow = z.object({
  at: z.date(),
  checks: z.number(),
  failures: z.number(),
  histogram: z.array(z.number()),
  phase_sums: z.array(z.number()),
  phase_counts: z.array(z.number()),
})
/** The checks of an hour or a day, summed up. */
export type LatencySum = z.output<typeof sumRow>

const COLUMNS = 'at, checks, failures, histogram, phase_sums, phase_counts'
const TABLES: Record<Grain, string> = { hour: 'monitor_hours', day: 'monitor_days' }

/** What has been summed up of a monitor since a time, oldest first. */
export const listSums = (db: Db, grain: Grain, monitorId: string, from: Date) =>
  manyRows(
    db,
    sumRow,
    `SELECT ${COLUMNS} FROM ${TABLES[grain]} WHERE monitor_id = ? AND at >= ? AND checks > 0 ORDER BY at`,
    [monitorId, from],
  )

/** Sums up what has not been summed up yet. */
export async function sumNow(db: Db, monitorId: string, span: Span): Promise<LatencySum | undefined> {
  const summed = sumRow.omit({ at: true }).extend({ monitor_id: z.string() })
  const found = await firstRow(db, summed, SUMS, sumBindings(span, monitorId))
  return found && { ...found, at: span.from }
}

const exactRow = z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() })

/** Percentiles of successful checks since a time, from the checks themselves. */
export const exactPercentiles = (db: Db, monitorId: string, from: Date) =>
  firstRow(
    db,
    exactRow,
    `SELECT p[1] AS p50, p[2] AS p95, p[3] AS p99 FROM (
       SELECT percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms) AS p
       FROM monitor_checks WHERE monitor_id = ? AND checked_at >= ? AND status = 0) AS k`,
    [monitorId, from],
  )

import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

const measuredRow = z.object({
  i: z.number(),
  checks: z.number(),
  failures: z.number(),
  latency_ms: z.number().nullable(),
})
/** What the checks of a monitor within a window add up to. */
export type Measured = z.output<typeof measuredRow>

export interface Window {
  monitorId: string
  until: Date
  seconds: number
  percentile: number
}

/** One row per window, in their order. Unknown checks do not count. */
export async function measure(trx: Transaction, windows: readonly Window[]): Promise<Measured[]> {
  if (!windows.length) return []
  const found = await manyRows(
    trx,
    measuredRow,
    `SELECT w.i::integer, k.checks::integer, k.failures::integer, k.latency_ms
     FROM unnest(?::uuid[], ?::timestamptz[], ?::float8[], ?::float8[]) WITH ORDINALITY AS w(monitor_id, until, seconds, share, i),
     LATERAL (
       SELECT count(*) FILTER (WHERE status < 2) AS checks, count(*) FILTER (WHERE status = 1) AS failures,
         percentile_disc(w.share) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE status = 0) AS latency_ms
       FROM monitor_checks WHERE monitor_id = w.monitor_id
         AND checked_at > w.until - w.seconds * interval '1 second' AND checked_at <= w.until
     ) AS k ORDER BY w.i`,
    [
      windows.map(({ monitorId }) => monitorId),
      windows.map(({ until }) => until),
      windows.map(({ seconds }) => seconds),
      windows.map(({ percentile }) => percentile / 100),
    ],
  )
  return found
}

const missedRow = z.object({ monitor_id: z.string(), missed: z.number() })

/** How many heartbeats each monitor has missed in a row, up to `max`. */
export async function countMissed(
  trx: Transaction,
  monitorIds: readonly string[],
  max: number,
): Promise<ReadonlyMap<string, number>> {
  if (!monitorIds.length) return new Map()
  const found = await manyRows(
    trx,
    missedRow,
    `SELECT m.monitor_id, coalesce((SELECT min(n) - 1 FROM (
         SELECT row_number() OVER (ORDER BY checked_at DESC, id DESC) AS n, failure FROM monitor_checks
         WHERE monitor_id = m.monitor_id AND status < 2 ORDER BY checked_at DESC, id DESC LIMIT :max) AS k
       WHERE failure IS NULL OR failure NOT LIKE '{"error":{"code":"heartbeat_missed"%'), :max)::integer AS missed
     FROM unnest(:monitorIds::uuid[]) AS m(monitor_id)`,
    { monitorIds, max },
  )
  return new Map(found.map(({ monitor_id, missed }) => [monitor_id, missed]))
}

import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'
import { BOUNDS } from './histogram'

export type Grain = 'hour' | 'day'

const doneRow = z.object({ done_until: z.date() })

/** Up to when everything has been summed up. Others wait until the transaction ends. */
export async function lockProgress(trx: Transaction, grain: Grain): Promise<Date> {
  const found = await firstRow(trx, doneRow, 'SELECT done_until FROM monitor_rollups WHERE grain = ? FOR UPDATE', [
    grain,
  ])
  if (!found) throw new Error(`monitor_rollups has no row for ${grain}`)
  return found.done_until
}

export async function storeProgress(trx: Transaction, grain: Grain, until: Date): Promise<void> {
  await trx.raw('UPDATE monitor_rollups SET done_until = ? WHERE grain = ?', [until, grain])
}

export interface Span {
  from: Date
  to: Date
}

const REPLACE = `ON CONFLICT (monitor_id, at) DO UPDATE SET checks = excluded.checks, failures = excluded.failures,
  histogram = excluded.histogram, phase_sums = excluded.phase_sums, phase_counts = excluded.phase_counts`
const eachPhase = (aggregate: string) =>
  `ARRAY[${[1, 2, 3, 4, 5].map(i => aggregate.replace('$', String(i))).join(', ')}]`

/** The sums of the checks of all monitors within a span, as a query of rows like those of `monitor_hours`. */
export const SUMS = `
  WITH k AS (
    SELECT monitor_id, status, phases_ms, CASE WHEN status = 0 THEN width_bucket(latency_ms, CAST(:bounds AS float8[])) END AS bucket
    FROM monitor_checks WHERE checked_at >= :from AND checked_at < :to AND status < 2
      AND (CAST(:monitorId AS uuid) IS NULL OR monitor_id = :monitorId)
  ), counts AS (
    SELECT monitor_id, bucket, count(*)::integer AS count FROM k WHERE bucket IS NOT NULL GROUP BY 1, 2
  ), histograms AS (
    SELECT m.monitor_id, array_agg(coalesce(c.count, 0) ORDER BY b.bucket) AS histogram
    FROM (SELECT DISTINCT monitor_id FROM k) m CROSS JOIN generate_series(0, :last) AS b(bucket)
      LEFT JOIN counts c ON c.monitor_id = m.monitor_id AND c.bucket = b.bucket
    GROUP BY 1
  )
  SELECT k.monitor_id, count(*)::integer AS checks, (count(*) FILTER (WHERE k.status = 1))::integer AS failures, h.histogram,
    ${eachPhase('coalesce(sum(k.phases_ms[$]), 0)::real')} AS phase_sums, ${eachPhase('count(k.phases_ms[$])::integer')} AS phase_counts
  FROM k JOIN histograms h USING (monitor_id) GROUP BY k.monitor_id, h.histogram`

/** @param monitorId null: all monitors */
export const sumBindings = ({ from, to }: Span, monitorId: string | null) => ({
  from,
  to,
  monitorId,
  bounds: [...BOUNDS],
  last: BOUNDS.length,
})

/** Sums up the checks of an hour. */
export async function sumHour(trx: Transaction, span: Span): Promise<void> {
  await trx.raw(
    `INSERT INTO monitor_hours (monitor_id, at, checks, failures, histogram, phase_sums, phase_counts)
     SELECT s.monitor_id, :from, s.checks, s.failures, s.histogram, s.phase_sums, s.phase_counts
     FROM (${SUMS}) AS s JOIN monitors m ON m.id = s.monitor_id ${REPLACE}`,
    sumBindings(span, null),
  )
}

const summed = (column: string, type: string) =>
  `(SELECT array_agg(total ORDER BY i) FROM (
     SELECT i, sum(value)::${type} AS total FROM monitor_hours o, unnest(o.${column}) WITH ORDINALITY AS u(value, i)
     WHERE o.monitor_id = h.monitor_id AND o.at >= :from AND o.at < :to GROUP BY i) AS t)`

/** Sums up the hours of a day. */
export async function sumDay(trx: Transaction, span: Span): Promise<void> {
  await trx.raw(
    `INSERT INTO monitor_days (monitor_id, at, checks, failures, histogram, phase_sums, phase_counts)
     SELECT h.monitor_id, :from, sum(h.checks)::integer, sum(h.failures)::integer, ${summed('histogram', 'integer')},
       ${summed('phase_sums', 'real')}, ${summed('phase_counts', 'integer')}
     FROM monitor_hours h WHERE h.at >= :from AND h.at < :to GROUP BY h.monitor_id ${REPLACE}`,
    { ...span },
  )
  await trx.raw(
    `INSERT INTO monitor_days (monitor_id, at, checks, failures, histogram, phase_sums, phase_counts, states)
     SELECT monitor_id, :from, 0, 0, '{}', '{}', '{}', jsonb_object_agg(state, ms) FROM (
       SELECT monitor_id, state, sum(extract(epoch FROM least(until, :to) - greatest(at, :from)) * 1000)::bigint AS ms
       FROM (
         SELECT m.id AS monitor_id, c.state, c.at, coalesce(lead(c.at) OVER (PARTITION BY m.id ORDER BY c.at, c.id), 'infinity') AS until
         FROM monitors m JOIN monitor_changes c ON c.monitor_id = m.id AND c.at < :to AND c.at >= coalesce(
           (SELECT max(b.at) FROM monitor_changes b WHERE b.monitor_id = m.id AND b.at <= :from), '-infinity')
       ) AS spans WHERE until > :from GROUP BY 1, 2
     ) AS sums GROUP BY monitor_id
     ON CONFLICT (monitor_id, at) DO UPDATE SET states = excluded.states`,
    { ...span },
  )
}

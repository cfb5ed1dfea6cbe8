import type { Db } from '../../base/db'
import { expiringRows } from '../../base/expiring'
import { countDay, DAY_MS, dropDay, HOUR_MS, listSpans, type PartitionLength } from '../../base/partitions'
import type { RetentionTarget } from '../../base/retention'
import { tableSize } from '../../base/table-store'
import { MINUTES, TEN_MINUTES } from './rollup-store'
import { SAMPLES } from './sample-store'

const MINUTES_KEPT_MS = 7 * DAY_MS
const TEN_MINUTES_KEPT_MS = 90 * DAY_MS

/** @param keptMs how long samples are kept */
export const metricsRetention = (db: Db, keptMs: number): RetentionTarget[] => [
  partitioned(db, SAMPLES, 'hour', keptMs, 'What agents measured, dropped by whole hours.'),
  partitioned(db, MINUTES, 'day', MINUTES_KEPT_MS, 'Sums of it by minute, dropped by whole days.'),
  partitioned(db, TEN_MINUTES, 'day', TEN_MINUTES_KEPT_MS, 'Sums of it by ten minutes, dropped by whole days.'),
  expiringRows(db, {
    name: 'agent_late_samples',
    summary: 'What late samples belong to, until it is summed up again.',
    table: 'agent_late_samples',
    column: 'at',
    keep: { fixedMs: keptMs + DAY_MS },
  }),
]

const partitioned = (
  db: Db,
  table: string,
  length: PartitionLength,
  keptMs: number,
  summary: string,
): RetentionTarget => ({
  name: table,
  summary,
  keep: { fixedMs: keptMs },
  grainMs: length === 'hour' ? HOUR_MS : DAY_MS,
  async measure() {
    const [[first], size] = await Promise.all([listSpans(db, table, length), tableSize(db, table)])
    return { oldest: first?.from ?? null, ...size }
  },
  async count(before) {
    let count = 0
    for (const span of await listSpans(db, table, length)) if (span.to <= before) count += await countDay(db, span)
    return count
  },
  async sweep(before) {
    const span = (await listSpans(db, table, length)).find(({ to }) => to <= before)
    if (!span) return { deleted: 0, next: null }
    const deleted = await countDay(db, span)
    await dropDay(db, span)
    return { deleted, next: '' }
  },
})

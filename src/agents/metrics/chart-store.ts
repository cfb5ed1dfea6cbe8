import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { type Gauge, sumColumns, sumsOfSamples } from './gauges'
import { MINUTES, TEN_MINUTES } from './rollup-store'
import { SAMPLES } from './sample-store'
import type { Source } from './tiers'

const numbers = z.array(z.number().nullable())
const pointRow = z.object({ subject_id: z.string(), at: z.date(), min: numbers, mean: numbers, max: numbers })
/** A point of a subject: its gauges in the order they were asked for. */
export type Point = z.output<typeof pointRow>

export interface Wanted {
  tenantId: string
  /** Of agents or containers. */
  subjects: readonly string[]
  gauges: readonly Gauge[]
  source: Source
  stepMs: number
  from: Date
  /** Exclusive. */
  to: Date
}

/** Samples and sums as rows of sums: each part of the period from the coarsest source that reaches it. */
const PARTS: Record<Source, (gauges: readonly Gauge[]) => string> = {
  samples: gauges => samplesAfter(gauges, ':from'),
  minutes: gauges => `${sumsIn(MINUTES, gauges, ':from', ':minutes')} UNION ALL ${samplesAfter(gauges, ':minutes')}`,
  ten_minutes: gauges =>
    `${sumsIn(TEN_MINUTES, gauges, ':from', ':tenMinutes')}
     UNION ALL ${sumsIn(MINUTES, gauges, ':tenMinutes', ':minutes')}
     UNION ALL ${samplesAfter(gauges, ':minutes')}`,
}

const sumsIn = (table: string, gauges: readonly Gauge[], from: string, to: string) =>
  `SELECT subject, at, ${sumColumns(gauges)} FROM ${table}
   WHERE subject = ANY(:ids) AND at >= ${from} AND at < ${to} AND at < :to`

const samplesAfter = (gauges: readonly Gauge[], from: string) =>
  `SELECT subject, date_bin(make_interval(secs => :step), at, 'epoch') AS at, ${sumsOfSamples(gauges)}
   FROM ${SAMPLES} WHERE subject = ANY(:ids) AND at >= ${from} AND at < :to GROUP BY 1, 2`

/** As JSON, which is read several times faster than an array of PostgreSQL. */
const list = (gauges: readonly Gauge[], value: (gauge: Gauge) => string) =>
  `json_build_array(${gauges.map(value).join(', ')})`

const subjectRow = z.object({ id: z.number() })
const doneRow = z.object({ minutes: z.date(), ten_minutes: z.date() })
const DONE = `SELECT max(done_until) FILTER (WHERE grain = 'minute') AS minutes,
  max(done_until) FILTER (WHERE grain = 'ten_minutes') AS ten_minutes FROM agent_rollups`

/** The points that there are, by subject and time. */
export async function readPoints(db: Db, wanted: Wanted): Promise<Point[]> {
  const { tenantId, subjects, gauges, source, stepMs, from, to } = wanted
  const found = 'SELECT id FROM agent_subjects WHERE tenant_id = ? AND subject_id = ANY(?::uuid[])'
  const ids = (await manyRows(db, subjectRow, found, [tenantId, [...subjects]])).map(({ id }) => id)
  if (!ids.length) return []
  const done = await firstRow(db, doneRow, DONE)
  const within = (at: Date) => new Date(Math.min(Math.max(at.getTime(), from.getTime()), to.getTime()))
  const minutes = within(done?.minutes ?? from)
  return manyRows(
    db,
    pointRow,
    `SELECT s.subject_id, p.at, p.min, p.mean, p.max FROM (
       SELECT subject, date_bin(make_interval(secs => :step), at, 'epoch') AS at, ${list(gauges, gauge => `min(${gauge}_min)`)} AS min,
         ${list(gauges, gauge => `(sum(${gauge}_sum) / sum(${gauge}_count))::real`)} AS mean, ${list(gauges, gauge => `max(${gauge}_max)`)} AS max
       FROM (${PARTS[source](gauges)}) AS parts GROUP BY 1, 2) AS p
     JOIN agent_subjects s ON s.id = p.subject AND s.tenant_id = :tenantId ORDER BY 1, 2`,
    {
      ...{ ids, tenantId, from, to, minutes, step: stepMs / 1_000 },
      tenMinutes: new Date(Math.min(within(done?.ten_minutes ?? from).getTime(), minutes.getTime())),
    },
  )
}

const latestRow = z.object({ subject_id: z.string(), at: z.date(), values: numbers })
export type LatestRow = z.output<typeof latestRow>

/** The newest sample of each subject after a time. */
export const readLatest = (
  db: Db,
  { tenantId, subjects, gauges }: Pick<Wanted, 'tenantId' | 'subjects' | 'gauges'>,
  after: Date,
): Promise<LatestRow[]> =>
  manyRows(
    db,
    latestRow,
    `SELECT s.subject_id, l.at, ${list(gauges, gauge => `l.${gauge}`)} AS values
     FROM agent_subjects s CROSS JOIN LATERAL (
       SELECT * FROM ${SAMPLES} WHERE subject = s.id AND at >= :after ORDER BY at DESC LIMIT 1) AS l
     WHERE s.tenant_id = :tenantId AND s.subject_id = ANY(CAST(:subjects AS uuid[]))`,
    { tenantId, subjects: [...subjects], after },
  )

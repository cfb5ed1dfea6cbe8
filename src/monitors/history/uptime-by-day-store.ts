import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { DAY_MS } from '../../base/partitions'
import { manyRows } from '../../base/rows'
import { msWithin, SPANS, WANTED } from './spans-store'

/** How long a monitor was up and down, in ms. Other time does not count. */
export interface KnownTime {
  up: number
  down: number
}

export function sumOf(times: readonly KnownTime[]): KnownTime {
  const sum = { up: 0, down: 0 }
  for (const { up, down } of times) {
    sum.up += up
    sum.down += down
  }
  return sum
}

export interface Monitors {
  tenantId: string
  ids: readonly string[]
}

/** Complete days (UTC): from one midnight until before another, in ms since 1970. */
interface Days {
  from: number
  until: number
}

/**
 * The known time of complete days, by monitor: an entry for each day. Days that have been summed up are taken as they
 * are, others are computed from the changes.
 */
export async function knownTimeByDay(db: Db, monitors: Monitors, days: Days): Promise<Map<string, KnownTime[]>> {
  const count = Math.round((days.until - days.from) / DAY_MS)
  const known = new Map(monitors.ids.map(id => [id, new Array<KnownTime | undefined>(count).fill(undefined)]))
  put(known, await summedDays(db, monitors, days))
  put(known, await computedDays(db, monitors, days, missingIn(known, days)))
  return new Map([...known].map(([id, times]) => [id, times.map(time => time ?? { up: 0, down: 0 })]))
}

const daysRow = z.object({
  monitor_id: z.string(),
  days: z.array(z.number()),
  up: z.array(z.number()),
  down: z.array(z.number()),
})
type DaysRow = z.output<typeof daysRow>
type Known = ReadonlyMap<string, (KnownTime | undefined)[]>

/** What is known of a day stays. */
function put(known: Known, rows: readonly DaysRow[]): void {
  for (const { monitor_id, days, up, down } of rows) {
    const times = known.get(monitor_id)
    days.forEach((day, i) => {
      if (times) times[day] ??= { up: up[i] ?? 0, down: down[i] ?? 0 }
    })
  }
}

/** By monitor, the time from the first to the last day that is not known. */
function missingIn(known: Known, { from }: Days) {
  return [...known].flatMap(([id, times]) => {
    const first = times.indexOf(undefined)
    const last = times.lastIndexOf(undefined)
    return first < 0 ? [] : [{ id, since: from + first * DAY_MS, until: from + (last + 1) * DAY_MS }]
  })
}

const DAY_NUMBER = 'CAST(extract(epoch FROM day - CAST(:from AS timestamptz)) / 86400 AS int)'
const ARRAYS = `array_agg(${DAY_NUMBER}) AS days, array_agg(up) AS up, array_agg(down) AS down`

const summedDays = (db: Db, { tenantId, ids }: Monitors, { from, until }: Days): Promise<DaysRow[]> =>
  manyRows(
    db,
    daysRow,
    `SELECT monitor_id, ${ARRAYS}
     FROM (
       SELECT d.monitor_id, d.at AS day, coalesce(CAST(d.states->>'up' AS float8), 0) AS up,
         coalesce(CAST(d.states->>'down' AS float8), 0) AS down
       FROM monitors m JOIN monitor_days d ON d.monitor_id = m.id
       WHERE m.tenant_id = :tenantId AND m.id = ANY(CAST(:ids AS uuid[])) AND d.at >= :from AND d.at < :until
         AND d.at < (SELECT done_until FROM monitor_rollups WHERE grain = 'day')) every_day
     GROUP BY monitor_id`,
    { tenantId, ids, from: new Date(from), until: new Date(until) },
  )

async function computedDays(
  db: Db,
  { tenantId }: Monitors,
  { from }: Days,
  missing: readonly { id: string; since: number; until: number }[],
): Promise<DaysRow[]> {
  if (missing.length === 0) return []
  return manyRows(
    db,
    daysRow,
    `WITH wanted AS (
       SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:sinces AS timestamptz[]), CAST(:untils AS timestamptz[]))
         AS listed(monitor_id, since, until)),
     ${SPANS}
     SELECT monitor_id, ${ARRAYS}
     FROM (
       SELECT monitor_id, day, coalesce(sum(ms) FILTER (WHERE state = 'up'), 0) AS up,
         coalesce(sum(ms) FILTER (WHERE state = 'down'), 0) AS down
       FROM (
         SELECT monitor_id, state, day, ${msWithin('day', "(day + interval '24 hours')")} AS ms
         FROM spans CROSS JOIN LATERAL generate_series(date_trunc('day', greatest(starts, since), 'UTC'),
           least(coalesce(ends, until), until) - interval '1 microsecond', interval '24 hours') AS of_span(day)
         WHERE state IN ('up', 'down')) parts
       GROUP BY monitor_id, day) every_day
     GROUP BY monitor_id`,
    {
      ...{ tenantId, from: new Date(from), ids: missing.map(({ id }) => id) },
      sinces: missing.map(({ since }) => new Date(since)),
      untils: missing.map(({ until }) => new Date(until)),
    },
  )
}

const recentRow = z.object({
  monitor_id: z.string(),
  up_24h: z.number(),
  down_24h: z.number(),
  up_today: z.number(),
  down_today: z.number(),
})

/** The known time of the last 24 hours and of this day (UTC), by monitor; nothing for those without any. */
export async function recentKnownTime(db: Db, { tenantId, ids }: Monitors, now: number) {
  const today = now - (now % DAY_MS)
  const within = msWithin('since', 'until')
  const ofToday = msWithin('CAST(:today AS timestamptz)', 'until')
  const sum = (ms: string, state: string) => `coalesce(sum(${ms}) FILTER (WHERE state = '${state}'), 0)`
  const found = await manyRows(
    db,
    recentRow,
    `WITH ${WANTED}, ${SPANS}
     SELECT monitor_id, ${sum(within, 'up')} AS up_24h, ${sum(within, 'down')} AS down_24h,
       ${sum(ofToday, 'up')} AS up_today, ${sum(ofToday, 'down')} AS down_today
     FROM spans GROUP BY monitor_id`,
    { tenantId, ids, since: new Date(now - DAY_MS), until: new Date(now), today: new Date(today) },
  )
  return new Map(
    found.map(row => [
      row.monitor_id,
      { last24h: { up: row.up_24h, down: row.down_24h }, today: { up: row.up_today, down: row.down_today } },
    ]),
  )
}

import { badRequest } from '../../base/errors'
import { faultOfCron, nextOfCron } from './cron'
import { isTimeZone } from './zone'

/** When a schedule is due: in an interval, or by a cron expression in a time zone of the IANA database, UTC unless given. */
export type Timing = { everyMs: number } | { cron: string; timezone?: string }

/** A timing as it is stored: one of interval and expression. */
export interface StoredTiming {
  every_ms: number | null
  cron: string | null
  timezone: string | null
  /** Intervals are counted from here. */
  anchor_at: Date
}

const EVERY_MS_MIN = 1_000
const EVERY_MS_MAX = 366 * 24 * 60 * 60 * 1_000

/**
 * Makes sure that a schedule comes due.
 * @param where what comes before the names of fields: `body.`
 * @throws Problem 400 that names the field
 */
export function checkTiming(timing: Timing, now: number, where = ''): void {
  if ('everyMs' in timing) checkInterval(timing.everyMs, where)
  else checkCron(timing, now, where)
}

function checkCron({ cron, timezone }: { cron: string; timezone?: string }, now: number, where: string) {
  if (timezone !== undefined && !isTimeZone(timezone))
    throw badRequest([{ path: `${where}timezone`, message: `There is no time zone ${JSON.stringify(timezone)}.` }])
  const message = faultOfCron(cron, now)
  if (message) throw badRequest([{ path: `${where}cron`, message }])
}

function checkInterval(everyMs: number, where: string) {
  if (Number.isInteger(everyMs) && everyMs >= EVERY_MS_MIN && everyMs <= EVERY_MS_MAX) return
  const message = `An interval must be a whole number of milliseconds from ${EVERY_MS_MIN} to ${EVERY_MS_MAX}.`
  throw badRequest([{ path: `${where}every_ms`, message }])
}

export const storedTiming = (timing: Timing) => ({
  every_ms: 'everyMs' in timing ? timing.everyMs : null,
  cron: 'everyMs' in timing ? null : timing.cron.trim(),
  timezone: 'everyMs' in timing ? null : (timing.timezone ?? 'UTC'),
})

/** When it is due next after an instant; null for never. */
export function nextDue({ every_ms, cron, timezone, anchor_at }: StoredTiming, after: number): number | null {
  if (every_ms === null) return nextOfCron(cron ?? '', timezone ?? 'UTC', after)
  const anchor = anchor_at.getTime()
  return anchor + (Math.floor((after - anchor) / every_ms) + 1) * every_ms
}

/** The next times after an instant: fewer when it ends before. */
export function nextTimes(
  timing: StoredTiming,
  after: number,
  count: number,
  until = Number.POSITIVE_INFINITY,
): Date[] {
  const times: Date[] = []
  let last: number | null = after
  while (times.length < count) {
    last = nextDue(timing, last)
    if (last === null || last > until) return times
    times.push(new Date(last))
  }
  return times
}

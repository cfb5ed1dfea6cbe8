import { defaultRepeatStrategy } from 'bullmq'
import { badRequest, messageOf } from '../../base/errors'

/** When a schedule is due: at an interval, or by a cron expression in an IANA time zone, by default UTC. */
export type Timing = { everyMs: number } | { cron: string; timezone?: string }

const EVERY_MS_MIN = 100
const EVERY_MS_MAX = 366 * 24 * 60 * 60 * 1_000

/**
 * Checks that a schedule will be due at all, with the parser that will compute its times.
 * @throws Problem 400 that names the field
 */
export function checkTiming(timing: Timing): void {
  if ('everyMs' in timing) checkInterval(timing.everyMs)
  else checkCron(timing)
}

function checkCron({ cron, timezone }: { cron: string; timezone?: string }) {
  if (timezone !== undefined && !isTimeZone(timezone))
    throw badRequest([{ path: 'timezone', message: `There is no time zone ${JSON.stringify(timezone)}.` }])
  if (cron.trim() === '') throw badRequest([{ path: 'cron', message: 'A cron expression must not be empty.' }])
  if (nextTime(cron, timezone) === undefined)
    throw badRequest([{ path: 'cron', message: 'This cron expression is never due.' }])
}

function checkInterval(everyMs: number) {
  if (Number.isInteger(everyMs) && everyMs >= EVERY_MS_MIN && everyMs <= EVERY_MS_MAX) return
  const message = `An interval must be a whole number of milliseconds from ${EVERY_MS_MIN} to ${EVERY_MS_MAX}.`
  throw badRequest([{ path: 'every_ms', message }])
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false // the only error is a RangeError for an unknown zone
  }
}

function nextTime(cron: string, timezone: string | undefined): number | undefined {
  try {
    return defaultRepeatStrategy(Date.now(), { pattern: cron, ...(timezone && { tz: timezone }) })
  } catch (error) {
    throw badRequest([{ path: 'cron', message: `This is not a cron expression: ${messageOf(error)}.` }])
  }
}

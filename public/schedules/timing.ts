import type { ScheduleItem } from '../../src/contract/schedules'

/** What the form holds of a timing: an interval or a cron expression is chosen, the other one is kept. */
export interface TimingFields {
  mode: 'interval' | 'cron'
  /** Whole number, as entered. */
  count: string
  unit: Unit
  cron: string
  timezone: string
}

export const UNITS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const
export type Unit = keyof typeof UNITS
export const UNIT_NAMES = Object.keys(UNITS) as Unit[]

export const localZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** The fields of a schedule, or of a new one. */
export function timingFieldsOf(
  schedule: Pick<ScheduleItem, 'every_seconds' | 'cron' | 'timezone'> | null,
): TimingFields {
  const { every_seconds = null, cron = null, timezone = null } = schedule ?? {}
  const seconds = every_seconds ?? UNITS.hours
  const unit = UNIT_NAMES.findLast(name => seconds % UNITS[name] === 0) ?? 'seconds'
  return {
    mode: every_seconds === null ? 'cron' : 'interval',
    count: String(seconds / UNITS[unit]),
    unit,
    cron: cron ?? '0 8 * * *',
    timezone: timezone ?? localZone(),
  }
}

export type Timing = { every_seconds: number } | { cron: string; timezone?: string }

/** The timing that was entered; null while it is not complete. */
export function timingOf({ mode, count, unit, cron, timezone }: TimingFields): Timing | null {
  const seconds = Math.round(Number(count) * UNITS[unit])
  if (mode === 'interval') return seconds >= 1 ? { every_seconds: seconds } : null
  if (cron.trim() === '') return null
  return { cron: cron.trim(), ...(timezone.trim() !== '' && { timezone: timezone.trim() }) }
}

/** Whether a schedule has this timing already. */
export const isTimingOf = (schedule: Pick<ScheduleItem, 'every_seconds' | 'cron' | 'timezone'>, timing: Timing) =>
  'cron' in timing
    ? timing.cron === schedule.cron && (timing.timezone ?? 'UTC') === schedule.timezone
    : timing.every_seconds === schedule.every_seconds

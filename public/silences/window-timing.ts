import type { MaintenanceWindow } from '../../src/contract/silences'
import { localZone } from '../schedules/timing'
import { localField, timeOfField } from './draft'

/** What the form holds of when a window is open; the mode that is not chosen is kept. */
export interface WindowTiming {
  mode: 'cron' | 'once'
  cron: string
  timezone: string
  /** Whole minutes, as entered. */
  minutes: string
  /** Local times, as entered. */
  start: string
  end: string
}

/** The fields of a window, or of a new one. */
export function windowTimingOf(window: MaintenanceWindow | null): WindowTiming {
  const { cron = null, timezone = null, duration_minutes = null, starts_at = null, ends_at = null } = window ?? {}
  return {
    mode: starts_at === null ? 'cron' : 'once',
    cron: cron ?? '0 2 * * 6',
    timezone: timezone ?? localZone(),
    minutes: String(duration_minutes ?? 120),
    start: starts_at === null ? '' : localField(Date.parse(starts_at)),
    end: ends_at === null ? '' : localField(Date.parse(ends_at)),
  }
}

/** The part of a request that was entered. @throws Error if it is incomplete */
export function windowTimingBody({ mode, cron, timezone, minutes, start, end }: WindowTiming) {
  if (mode === 'cron') {
    const duration_minutes = Math.round(Number(minutes))
    if (!(duration_minutes >= 1)) throw new Error('Enter for how many minutes it is open.')
    return { cron: cron.trim(), ...(timezone.trim() !== '' && { timezone: timezone.trim() }), duration_minutes }
  }
  const [starts_at, ends_at] = [timeOfField(start), timeOfField(end)]
  if (starts_at === null || ends_at === null) throw new Error('Enter when it begins and ends.')
  return { starts_at, ends_at }
}

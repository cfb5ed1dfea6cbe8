import { badRequest, type Fault } from '../../base/errors'
import { newId } from '../../base/ids'
import type { MaintenanceChange, MaintenanceInput } from '../../contract/silences'
import { checkTiming } from '../../jobs'
import { checkMatchers } from '../matching'
import type { Author } from './silence-effect'
import type { StoredWindow } from './window'

type Timing = Pick<StoredWindow, 'cron' | 'timezone' | 'durationMinutes' | 'startsAt' | 'endsAt'>
type GivenTiming = Pick<MaintenanceChange, 'cron' | 'timezone' | 'duration_minutes' | 'starts_at' | 'ends_at'>

const NONE: Timing = { cron: null, timezone: null, durationMinutes: null, startsAt: null, endsAt: null }

/** A new window. @throws Problem 400 that names the field */
export function newWindow({ tenantId, actor }: Author, given: MaintenanceInput, now: Date): StoredWindow {
  checkMatchers(given.matchers, 'body.matchers')
  const { name, matchers, enabled } = given
  const fields = { id: newId(), tenantId, name, matchers, enabled, createdBy: actor.name }
  return { ...fields, ...timingOf(given, NONE, now), createdAt: now, updatedAt: now }
}

/** A window with what is given changed; a `cron` makes it recur, and times make it happen once. @throws Problem 400 */
export function changedWindow(before: StoredWindow, given: MaintenanceChange, now: Date): StoredWindow {
  if (given.matchers) checkMatchers(given.matchers, 'body.matchers')
  const { name = before.name, matchers = before.matchers, enabled = before.enabled } = given
  return { ...before, name, matchers, enabled, ...timingOf(given, before, now), updatedAt: now }
}

function timingOf(given: GivenTiming, before: Timing, now: Date): Timing {
  const recurs = given.cron !== undefined || given.timezone !== undefined || given.duration_minutes !== undefined
  const isOnce = given.starts_at !== undefined || given.ends_at !== undefined
  if (recurs && isOnce) throw fault('cron', 'Give cron and duration_minutes, or starts_at and ends_at, but not both.')
  if (isOnce) return onceOf(given, before)
  if (recurs || (before.cron === null && before.startsAt === null)) return recurring(given, before, now)
  const { cron, timezone, durationMinutes, startsAt, endsAt } = before
  return { cron, timezone, durationMinutes, startsAt, endsAt }
}

function onceOf({ starts_at, ends_at }: GivenTiming, before: Timing): Timing {
  const startsAt = starts_at === undefined ? before.startsAt : new Date(starts_at)
  const endsAt = ends_at === undefined ? before.endsAt : new Date(ends_at)
  if (!startsAt) throw fault('starts_at', 'It needs a start.')
  if (!endsAt) throw fault('ends_at', 'It needs an end.')
  if (startsAt >= endsAt) throw fault('ends_at', 'The end must be after the start.')
  return { ...NONE, startsAt, endsAt }
}

function recurring(given: GivenTiming, before: Timing, now: Date): Timing {
  const cron = (given.cron ?? before.cron)?.trim()
  const timezone = given.timezone ?? before.timezone ?? 'UTC'
  const durationMinutes = given.duration_minutes ?? before.durationMinutes
  if (cron === undefined) throw fault('cron', 'Give cron and duration_minutes, or starts_at and ends_at.')
  if (durationMinutes === null) throw fault('duration_minutes', 'A window that recurs needs a duration.')
  checkTiming({ cron, timezone }, now.getTime(), 'body.')
  return { ...NONE, cron, timezone, durationMinutes }
}

const fault = (field: string, message: Fault['message']) => badRequest([{ path: `body.${field}`, message }])

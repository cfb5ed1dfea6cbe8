import { badRequest, conflict } from '../../base/errors'
import type { Actor } from '../../contract/access'
import type { ScheduleChange, ScheduleInput } from '../../contract/schedules'
import { type AnyKind, startableKind } from '../kinds/kind'
import { newItem } from '../lifecycle/enqueue'
import { checkTiming, storedTiming, type Timing } from '../timing/timing'
import { firstDue, newSchedule } from './new-schedule'
import type { Schedule } from './schedule-store'

type Kinds = ReadonlyMap<string, AnyKind>
interface By {
  tenantId: string
  actor: Actor
}

/**
 * A schedule as somebody asks for it.
 * @throws Problem 400 that names what cannot be, 413 when the input is too large
 */
export function askedSchedule(kinds: Kinds, by: By, body: Omit<ScheduleInput, 'reason'>, now: Date): Schedule {
  const { name, kind, overlap, catch_up: catchUp, enabled } = body
  const input = checkedInput(kinds, by, kind, body.input ?? {})
  const timing = timingOf(body, null)
  checkTiming(timing, now.getTime(), 'body.')
  const until = body.until ? new Date(body.until) : null
  const given = { tenantId: by.tenantId, createdBy: by.actor, name, kind, input, timing, isSystem: false }
  const schedule = newSchedule({ ...given, overlap, catchUp, enabled, until }, now)
  mustComeDue(schedule, now)
  return schedule
}

/**
 * A schedule with a change. A new timing starts now; resuming goes on with the times that are yet to come.
 * @throws Problem 400 that names what cannot be, 409 when it is the program's, 413 when the input is too large
 */
export function changedSchedule(
  kinds: Kinds,
  schedule: Schedule,
  body: Omit<ScheduleChange, 'reason'>,
  now: Date,
): Schedule {
  mustBePeoples(schedule)
  const changed = { ...schedule, updated_at: now }
  for (const field of ['name', 'kind', 'overlap', 'catch_up', 'enabled'] as const)
    if (body[field] !== undefined) Object.assign(changed, { [field]: body[field] })
  if (body.kind !== undefined || body.input !== undefined) {
    const by = { tenantId: schedule.tenant_id, actor: schedule.created_by }
    changed.input = checkedInput(kinds, by, changed.kind, body.input ?? JSON.parse(schedule.input))
  }
  if (body.until !== undefined) changed.until = body.until === null ? null : new Date(body.until)
  const isRetimed = [body.every_seconds, body.cron, body.timezone].some(field => field !== undefined)
  if (isRetimed) {
    const timing = timingOf(body, schedule)
    checkTiming(timing, now.getTime(), 'body.')
    Object.assign(changed, storedTiming(timing), { anchor_at: now })
  }
  return replanned(schedule, changed, now, isRetimed)
}

/** With the time at which it is due, if the change is about that. */
function replanned(schedule: Schedule, changed: Schedule, now: Date, isRetimed: boolean): Schedule {
  if (!changed.enabled && schedule.enabled) changed.next_at = null
  const isResumed = changed.enabled && !schedule.enabled
  const hasOtherEnd = changed.until?.getTime() !== schedule.until?.getTime()
  if (!isRetimed && !isResumed && !hasOtherEnd) return changed
  mustComeDue(changed, now)
  // A time that has come stays due unless the timing is another.
  const isDue = changed.enabled && schedule.next_at !== null && schedule.next_at <= now
  const next_at = isDue && !isRetimed ? schedule.next_at : firstDue(changed, now)
  return { ...changed, next_at, ended_at: null }
}

/** @throws Problem 409 when the program keeps it */
export function mustBePeoples({ is_system }: Pick<Schedule, 'is_system'>): void {
  if (is_system) throw conflict('system_schedule', 'The program keeps this schedule: it cannot be changed.')
}

function timingOf(body: ScheduleChange, schedule: Schedule | null): Timing {
  if (body.every_seconds !== undefined) return { everyMs: body.every_seconds * 1_000 }
  const cron = body.cron ?? schedule?.cron
  if (cron == null) throw badRequest([{ path: 'body.timezone', message: 'Only a cron expression has a time zone.' }])
  return { cron, timezone: body.timezone ?? schedule?.timezone ?? 'UTC' }
}

/** By what would be created of it. */
function checkedInput(kinds: Kinds, { tenantId, actor }: By, name: string, input: unknown): string {
  newItem(startableKind(kinds, name), input, { tenantId, createdBy: actor })
  return JSON.stringify(input)
}

function mustComeDue(schedule: Schedule, now: Date): void {
  const { until } = schedule
  if (!until) return
  const message = until <= now ? 'This time has already passed.' : 'The schedule does not come due before this time.'
  if (until <= now || !firstDue({ ...schedule, enabled: true }, now))
    throw badRequest([{ path: 'body.until', message }])
}

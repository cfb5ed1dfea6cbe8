import { may, type Principal } from '../../api'
import { redact } from '../../base/redact'
import type { ScheduleState } from '../../contract/schedules'
import { nextTimes } from '../timing/timing'
import { wordsOf } from '../timing/words'
import type { ListedSchedule } from './schedule-store'

/** Times that are shown of a schedule. */
const NEXT_SHOWN = 5

/** A schedule as this principal may see it: viewers get the input without what looks like a secret. */
export function shownTo(principal: Principal, schedule: ListedSchedule, overdueMs: number) {
  const input: unknown = JSON.parse(schedule.input)
  return {
    id: schedule.id,
    name: schedule.name,
    kind: schedule.kind,
    input: may(principal, 'operator') ? input : redact(input),
    every_seconds: schedule.every_ms === null ? null : schedule.every_ms / 1_000,
    cron: schedule.cron,
    timezone: schedule.timezone,
    words: wordsOf(schedule),
    overlap: schedule.overlap,
    catch_up: schedule.catch_up,
    enabled: schedule.enabled,
    until: schedule.until,
    state: stateOf(schedule),
    system: schedule.is_system,
    next_at: schedule.next_at,
    overdue_seconds: overdueMs / 1_000,
    last_at: schedule.last_at,
    last_job_id: schedule.last_job_id,
    last_job_status: schedule.last_job_status,
    last_skip: schedule.skipped_at && schedule.skip_reason && { at: schedule.skipped_at, reason: schedule.skip_reason },
    created_by: schedule.created_by,
    created_at: schedule.created_at,
    updated_at: schedule.updated_at,
  }
}

function stateOf({ ended_at, enabled }: ListedSchedule): ScheduleState {
  if (ended_at) return 'ended'
  return enabled ? 'active' : 'paused'
}

/** The next times of a schedule, the one that is due first. */
export function nextTimesOf({ next_at, until, ...timing }: ListedSchedule): Date[] {
  if (!next_at) return []
  return [next_at, ...nextTimes(timing, next_at.getTime(), NEXT_SHOWN - 1, until?.getTime())]
}

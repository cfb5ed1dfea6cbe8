import { newId } from '../../base/ids'
import type { Actor } from '../../contract/access'
import { nextDue, storedTiming, type Timing } from '../timing/timing'
import type { Schedule } from './schedule-store'

interface NewSchedule {
  tenantId: string
  name: string
  kind: string
  /** JSON. */
  input: string
  timing: Timing
  createdBy: Actor
  isSystem: boolean
  overlap?: Schedule['overlap']
  catchUp?: Schedule['catch_up']
  enabled?: boolean
  until?: Date | null
}

/** A schedule that starts now. */
export function newSchedule(given: NewSchedule, now: Date): Schedule {
  const { overlap = 'skip', catchUp = 'one', enabled = true, until = null } = given
  const schedule = {
    id: newId(),
    tenant_id: given.tenantId,
    name: given.name,
    kind: given.kind,
    input: given.input,
    ...storedTiming(given.timing),
    anchor_at: now,
    overlap,
    catch_up: catchUp,
    enabled,
    until,
    is_system: given.isSystem,
    ended_at: null,
    last_at: null,
    last_job_id: null,
    open_jobs: [],
    skipped_at: null,
    skip_reason: null,
    created_by: given.createdBy,
    created_at: now,
    updated_at: now,
  }
  return { ...schedule, next_at: firstDue(schedule, now) }
}

type Plan = Pick<Schedule, 'every_ms' | 'cron' | 'timezone' | 'anchor_at' | 'enabled' | 'until'>

/** When a schedule that was set at an instant is due; null while it is paused, and when it ends before. */
export function firstDue(schedule: Plan, now: Date): Date | null {
  if (!schedule.enabled) return null
  const next = nextDue(schedule, now.getTime())
  const isOver = next === null || (schedule.until !== null && next > schedule.until.getTime())
  return isOver ? null : new Date(next)
}

import type { Transaction } from '../../base/db'
import type { ScheduleSkipped, SkipReason } from '../../contract/schedules'
import type { Effect, TopicEntries } from '../../streams'
import { type EnqueueItem, type EnqueueResult, enqueueEffect } from '../lifecycle/enqueue-effect'
import type { JobRow } from '../lifecycle/job'
import { nextDue } from '../timing/timing'
import { type DueSchedule, lockDue, openOf, storeDue } from './due-store'

/** Delays that even a busy machine may have; a time that was not served by then was missed. */
const LATE_MS_MIN = 5_000
const LATE_MS_MAX = 60_000
/** Jobs of one schedule that wait or run. */
const OPEN_MAX = 100

export interface FireItem {
  scheduleId: string
  now: number
  /** Somebody wants a job now, whether it is due or not. */
  byHand: boolean
  /** Null when its kind does not take its input. */
  job: EnqueueItem | null
}

export type FireResult =
  | { outcome: 'gone' }
  /** Not due, paused, or ended. */
  | { outcome: 'idle'; isRunning: boolean }
  | { outcome: 'skipped'; reason: SkipReason; isRunning: boolean }
  /** `row` is null when an open job, or the one of an earlier request with the same key, is answered instead. */
  | { outcome: 'fired'; id: string; row: JobRow | null; isReplayed: boolean; isRunning: boolean }
  /** The key of the request by hand was used for another request. */
  | { outcome: 'key_taken'; isRunning: boolean }

/** What is done for an item: nothing, one time is skipped, or a job is to be created. */
type Plan =
  | { does: 'nothing' }
  | { does: 'skip'; reason: SkipReason; dueAt?: Date }
  | { does: 'create'; job: EnqueueItem; dueAt?: Date }

/**
 * Creates the jobs of schedules that are due. A schedule moves on to its next time in the commit that creates the job,
 * so each time has one job at most, and none is lost.
 */
export const fireEffect: Effect<FireItem, FireResult> = {
  name: 'schedules.fire',
  async apply(trx, items) {
    const ids = [...new Set(items.map(item => item.scheduleId))].sort()
    const schedules = await lockDue(trx, ids)
    const open = await openOf(trx, schedules.values())
    for (const schedule of schedules.values()) schedule.open_jobs = schedule.open_jobs.filter(id => open.has(id))
    const plans = items.map(item => planOf(item, schedules.get(item.scheduleId)))
    const created = await createAll(trx, plans)
    const results = items.map((item, i) => settle(item, plans[i], created, schedules.get(item.scheduleId)))
    await storeDue(trx, [...schedules.values()])
    const entries = items.map(({ scheduleId }, i) => [
      ...jobEntries(plans[i], created),
      ...skipEntries(plans[i], results[i], schedules.get(scheduleId)),
    ])
    return { results, entries }
  },
}

function planOf({ now, byHand, job }: FireItem, schedule: DueSchedule | undefined): Plan {
  if (!schedule) return { does: 'nothing' }
  if (byHand) return job ? create(job, schedule) : { does: 'skip', reason: 'invalid_input' }
  const due = schedule.next_at?.getTime()
  if (!schedule.enabled || schedule.ended_at || (due !== undefined && due > now)) return { does: 'nothing' }
  const wasMissed = due !== undefined && isMissed(schedule, due, now)
  moveOn(schedule, now)
  if (due === undefined) return { does: 'nothing' }
  const dueAt = new Date(due)
  const reason = wasMissed ? 'missed' : reasonToSkip(schedule, job)
  if (reason || !job) return { does: 'skip', reason: reason ?? 'invalid_input', dueAt }
  job.row.reason = `Due at ${dueAt.toISOString()}`
  return { ...create(job, schedule), dueAt }
}

function create(job: EnqueueItem, schedule: DueSchedule) {
  schedule.open_jobs.push(job.row.id)
  return { does: 'create', job } as const
}

function reasonToSkip({ overlap, open_jobs }: DueSchedule, job: EnqueueItem | null): SkipReason | null {
  if (!job) return 'invalid_input'
  if (open_jobs.length >= OPEN_MAX) return 'too_many_open'
  return overlap === 'skip' && open_jobs.length > 0 ? 'overlap' : null
}

/** Whether all the times that have come are so long ago that only making up for them would create a job. */
function isMissed(schedule: DueSchedule, due: number, now: number): boolean {
  if (schedule.catch_up === 'one') return false
  const lateMs = lateMsOf(schedule, due)
  if (now - due <= lateMs) return false
  const recent = nextDue(schedule, now - lateMs - 1)
  return recent === null || recent > now || recent > (schedule.until?.getTime() ?? recent)
}

/** Half the time until it is due again, within bounds. */
function lateMsOf(schedule: DueSchedule, due: number): number {
  const next = nextDue(schedule, due) ?? Number.POSITIVE_INFINITY
  return Math.min(LATE_MS_MAX, Math.max(LATE_MS_MIN, (next - due) / 2))
}

function moveOn(schedule: DueSchedule, now: number): void {
  const next = nextDue(schedule, now)
  const isOver = next === null || (schedule.until !== null && next > schedule.until.getTime())
  schedule.next_at = isOver ? null : new Date(next)
  schedule.ended_at = isOver ? new Date(now) : null
}

type Created = Map<EnqueueItem, { result: EnqueueResult; entries: TopicEntries[] }>

async function createAll(trx: Transaction, plans: readonly Plan[]): Promise<Created> {
  const jobs = plans.flatMap(plan => (plan.does === 'create' ? [plan.job] : []))
  if (!jobs.length) return new Map()
  const { results, entries } = await enqueueEffect.apply(trx, jobs)
  return new Map(
    jobs.map((job, i) => [job, { result: results[i] ?? { outcome: 'created' }, entries: entries[i] ?? [] }]),
  )
}

const jobEntries = (plan: Plan | undefined, created: Created) =>
  (plan?.does === 'create' && created.get(plan.job)?.entries) || []

/** The event of a time that created no job; there is none if somebody asked for a job by hand, who is told. */
function skipEntries(
  plan: Plan | undefined,
  result: FireResult | undefined,
  schedule: DueSchedule | undefined,
): TopicEntries[] {
  if (!plan || plan.does === 'nothing' || !plan.dueAt || result?.outcome !== 'skipped' || !schedule) return []
  const { id, name, kind, tenant_id } = schedule
  const data: ScheduleSkipped = {
    ...{ schedule_id: id, schedule_name: name, kind },
    ...{ reason: result.reason, due_at: plan.dueAt.toISOString() },
  }
  const entry = { kind: 'schedule_skipped', source: 'jobs', data: { labels: { kind }, data } }
  return [{ topic: { tenantId: tenant_id, name: 'events' }, entries: [entry] }]
}

function settle(
  { now, byHand }: FireItem,
  plan: Plan | undefined,
  created: Created,
  schedule: DueSchedule | undefined,
): FireResult {
  if (!schedule || !plan) return { outcome: 'gone' }
  const isRunning = schedule.enabled && schedule.ended_at === null
  if (plan.does === 'nothing') return { outcome: 'idle', isRunning }
  const skip = (reason: SkipReason): FireResult => {
    if (!byHand) Object.assign(schedule, { skipped_at: new Date(now), skip_reason: reason })
    return { outcome: 'skipped', reason, isRunning }
  }
  if (plan.does === 'skip') return skip(plan.reason)
  const { row } = plan.job
  const result = created.get(plan.job)?.result
  if (!result || result.outcome === 'created') {
    Object.assign(schedule, { last_at: new Date(now), last_job_id: row.id })
    return { outcome: 'fired', id: row.id, row, isReplayed: false, isRunning }
  }
  schedule.open_jobs = schedule.open_jobs.filter(id => id !== row.id)
  if (result.outcome === 'key_taken') return { outcome: 'key_taken', isRunning }
  if (result.outcome === 'refused') throw new Error('The job of a schedule has no parent that could refuse it')
  if (!byHand) return skip('duplicate')
  return { outcome: 'fired', id: result.id, row: null, isReplayed: result.outcome === 'replayed', isRunning }
}

import type { Job as BullJob, JobSchedulerJson, Queue } from 'bullmq'
import type { Db } from '../../base/db'
import { conflict, messageOf, notFound, Problem } from '../../base/errors'
import type { Log } from '../../base/log'
import { ignoreOutage, isOutage, logRetryable, Unavailable } from '../../base/outage'
import { parse } from '../../base/parse'
import type { Actor } from '../../contract/access'
import type { Writer } from '../../streams'
import type { Engine } from '../engine/engine'
import type { AnyKind, Kind } from '../kinds/kind'
import { type EnqueueRequest, type Enqueuer, newItem, queuedJobOf } from '../lifecycle/enqueue'
import type { EnqueueItem } from '../lifecycle/enqueue-effect'
import { keyTaken } from '../lifecycle/request-key'
import { checkTiming, type Timing } from '../timing/timing'
import { dueIds, earliestDue } from './due-store'
import { type FireResult, fireEffect } from './fire-effect'
import { newSchedule } from './new-schedule'
import {
  type BriefSchedule,
  deleteNamed,
  findSchedule,
  findSystemSchedule,
  listBrief,
  runningSchedules,
  type Schedule,
  writeSystemSchedule,
} from './schedule-store'

export interface ScheduleRequest {
  tenantId: string
  /** Of the tenant's schedules; the same name again changes it. */
  name: string
  timing: Timing
  createdBy: Actor
}

/** Somebody wants a job of a schedule now. */
type ByHand = Pick<EnqueueRequest, 'createdBy' | 'reason' | 'key'>

export interface SchedulesDeps {
  db: Db
  streams: Writer
  engine: Engine
  enqueuer: Enqueuer
  kinds: ReadonlyMap<string, AnyKind>
  log: Log
  /** By which schedules are due. */
  clock: () => Date
}

const TICK = 'tick'
/** A scheduler of BullMQ is set again when it is this late. */
const OVERDUE_MS = 10_000
/** Schedules that are fired in one pass, should their ticks be missing; the next pass takes the rest. */
const DUE_MAX = 1_000
/** Schedules of a tenant. */
export const SCHEDULES_MAX = 500

/**
 * Recurring jobs. PostgreSQL holds the list and when each is due next. BullMQ's Job Schedulers tick at these times, and
 * a tick makes the schedule create its job; one that was lost is made up for by `repair`.
 */
export class Schedules {
  constructor(private readonly deps: SchedulesDeps) {}

  private get queue(): Queue {
    return this.deps.engine.queue('schedules')
  }

  get now(): Date {
    return this.deps.clock()
  }

  /**
   * Creates or changes a schedule of the program, which people cannot change.
   * @throws Problem 400 when the timing cannot be kept or the input does not fit the kind
   */
  async set<Input, Given>(kind: Kind<Input, Given>, input: Given, request: ScheduleRequest): Promise<string> {
    const { tenantId, name, timing, createdBy } = request
    const { db, log } = this.deps
    checkTiming(timing, this.now.getTime())
    parse(kind.input, input, 'input')
    const fields = { tenantId, name, kind: kind.name, input: JSON.stringify(input ?? null), timing, createdBy }
    const schedule = await writeSystemSchedule(db, newSchedule({ ...fields, isSystem: true }, this.now))
    await this.place(schedule.id).catch(logRetryable(log, 'A schedule is not in Redis yet', { name }, 'warn'))
    return schedule.id
  }

  async unset(tenantId: string, name: string): Promise<void> {
    const id = await deleteNamed(this.deps.db, tenantId, name)
    if (id) await this.place(id).catch(ignoreOutage) // a tick without a schedule creates nothing
  }

  /** The program's schedule of a name. */
  find(tenantId: string, name: string): Promise<Schedule | undefined> {
    return findSystemSchedule(this.deps.db, tenantId, name)
  }

  /** All of a tenant, by name. */
  list(tenantId: string): Promise<BriefSchedule[]> {
    return listBrief(this.deps.db, tenantId, SCHEDULES_MAX)
  }

  /** For how long a schedule has been due; 0 when it is not. */
  overdueMs({ next_at }: Pick<Schedule, 'next_at'>): number {
    return next_at ? Math.max(0, this.now.getTime() - next_at.getTime()) : 0
  }

  /** How much the latest of all schedules is behind. */
  async overdueMsMax(): Promise<number> {
    return this.overdueMs({ next_at: await earliestDue(this.deps.db) })
  }

  /** Makes BullMQ tick for a schedule as PostgreSQL has it now, or no more. @throws Error while Redis is down */
  async place(id: string): Promise<void> {
    if (!this.deps.engine.isUp) throw new Unavailable('Redis is down')
    const schedule = await findSchedule(this.deps.db, id)
    await this.queue.removeJobScheduler(id)
    if (schedule?.enabled && !schedule.ended_at) await this.upsert(schedule)
  }

  private async upsert({ id, tenant_id, every_ms, cron, timezone, next_at }: Schedule): Promise<void> {
    const pattern = { pattern: cron ?? '', ...(timezone && { tz: timezone }) }
    const repeat = every_ms === null ? pattern : { every: every_ms, ...(next_at && { startDate: next_at }) }
    const opts = { removeOnComplete: { count: 10 }, removeOnFail: { count: 100 } }
    await this.queue.upsertJobScheduler(id, repeat, { name: TICK, data: { tenant_id, schedule_id: id }, opts })
  }

  /** Creates the job of a schedule that is due. A tick that runs twice creates one job. */
  async tick(tick: BullJob): Promise<void> {
    const id = tick.data.schedule_id as string
    // Clocks of processes differ: what was due for the one that made the tick is due.
    const result = await this.fire(id, { now: Math.max(this.now.getTime(), dueAtOf(tick)) })
    if (result.outcome === 'gone' || !result.isRunning) await this.queue.removeJobScheduler(id)
  }

  /**
   * Creates a job now, whether it is due or not.
   * @param request who wants it, and why
   * @returns the new job, or the existing one that is answered instead
   * @throws Problem 409 when its kind does not take its input any more, or the key was used for another request
   */
  async run(schedule: Schedule, request: ByHand): Promise<{ id: string; isReplayed: boolean }> {
    const result = await this.fire(schedule.id, { now: this.now.getTime(), byHand: request })
    if (result.outcome === 'fired') return result
    if (result.outcome === 'gone') throw notFound('schedule')
    if (result.outcome === 'key_taken') throw keyTaken()
    throw conflict('input_invalid', 'The kind of this schedule does not take its input any more: change the schedule.')
  }

  private async fire(id: string, { now, byHand }: { now: number; byHand?: ByHand }): Promise<FireResult> {
    const { db, streams, enqueuer, log } = this.deps
    const schedule = await findSchedule(db, id)
    if (!schedule) return { outcome: 'gone' }
    const createdBy: Actor = { type: 'system', id, name: `schedule ${schedule.name}` }
    const job = this.jobOf(schedule, byHand ?? { createdBy })
    const result = await streams.commit(fireEffect, { scheduleId: id, now, byHand: byHand !== undefined, job })
    const facts = { schedule_id: id, schedule: schedule.name }
    if (result.outcome === 'skipped')
      log.info('A schedule was due and created no job', { ...facts, why: result.reason })
    if (result.outcome !== 'fired' || !result.row) return result
    const late = logRetryable(log, 'A job is not in its queue yet', { ...facts, job_id: result.id }, 'warn')
    await enqueuer.add(queuedJobOf(result.row)).catch(late)
    return result
  }

  /** Null when its kind, which may be of a newer version, does not take its input. */
  private jobOf(schedule: Schedule, request: Omit<EnqueueRequest, 'tenantId'>): EnqueueItem | null {
    const kind = this.deps.kinds.get(schedule.kind)
    if (!kind) return null
    try {
      return newItem(kind, JSON.parse(schedule.input), { tenantId: schedule.tenant_id, ...request })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.deps.log.warn('A schedule has an input that its kind does not take', {
        schedule_id: schedule.id,
        error: messageOf(error),
      })
      return null
    }
  }

  /** Creates the jobs of all schedules that are due, for ticks that were lost or never came. */
  async fireDue(): Promise<void> {
    const now = this.now
    for (const id of await dueIds(this.deps.db, now, DUE_MAX))
      await this.fire(id, { now: now.getTime() }).catch(error => this.stays(id, error))
  }

  /** A schedule whose job cannot be created must not keep others from theirs. @throws Error in an outage */
  private stays(id: string, error: unknown) {
    if (isOutage(error)) throw error
    this.deps.log.error('The job of a schedule could not be created', { schedule_id: id, error: messageOf(error) })
  }

  /** Makes up for what was missed while nothing ran, and makes BullMQ tick for what PostgreSQL has, and nothing else. */
  async repair(): Promise<void> {
    if (!this.deps.engine.isUp) throw new Unavailable('Redis is down')
    if (!(await this.queue.isPaused())) await this.fireDue()
    const found = new Map((await this.queue.getJobSchedulers(0, -1)).map(scheduler => [scheduler.key, scheduler]))
    const running = await runningSchedules(this.deps.db)
    const known = new Set(running.map(({ id }) => id))
    const wrong = running.filter(schedule => !isPlaced(schedule, found.get(schedule.id)))
    const gone = [...found.keys()].filter(id => !known.has(id))
    for (const id of [...wrong.map(schedule => schedule.id), ...gone]) await this.placeAgain(id)
  }

  private async placeAgain(id: string): Promise<void> {
    const { log } = this.deps
    try {
      await this.place(id)
      log.info('A schedule was not as it should be in Redis and is set again', { schedule_id: id })
    } catch (error) {
      log.warn('A schedule could not be set', { schedule_id: id, error: messageOf(error) })
    }
  }
}

/** Whether BullMQ ticks for a schedule when it is due. */
function isPlaced({ every_ms, cron, timezone, next_at }: BriefSchedule, found: JobSchedulerJson | undefined): boolean {
  if (!found?.next || Date.now() - found.next > OVERDUE_MS) return false
  if (next_at && found.next > next_at.getTime() && next_at.getTime() > Date.now()) return false
  return every_ms === null ? found.pattern === cron && (found.tz ?? null) === timezone : found.every === every_ms
}

/** `repeat:<scheduler>:<millis>`: the time at which the tick was due. */
function dueAtOf({ id, timestamp, delay }: BullJob): number {
  const millis = Number(id?.split(':').at(-1))
  return Number.isFinite(millis) ? millis : timestamp + delay
}

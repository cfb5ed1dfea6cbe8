import type { Job as BullJob, Queue } from 'bullmq'
import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Log } from '../../base/log'
import { Away, againLater, ignoreOutage } from '../../base/outage'
import { parse } from '../../base/parse'
import type { Actor } from '../../contract/access'
import type { Engine } from '../engine/engine'
import type { AnyKind, Kind } from '../kinds/kind'
import type { Enqueuer } from '../lifecycle/enqueue'
import { deleteSchedule, findSchedule, listSchedules, markFired, type Schedule, writeSchedule } from './schedule-store'
import { checkTiming, type Timing } from './timing'

export interface ScheduleRequest {
  tenantId: string
  /** Unique within the tenant: setting the same name again changes the schedule. */
  name: string
  timing: Timing
  createdBy: Actor
}

export interface ScheduleStatus {
  schedule: Schedule
  /** Null while BullMQ does not have it. */
  nextAt: Date | null
  overdueMs: number
}

interface Deps {
  db: Db
  engine: Engine
  enqueuer: Enqueuer
  kinds: ReadonlyMap<string, AnyKind>
  log: Log
}

const TICK = 'tick'
/** A schedule is set again when it is this late, or two of its intervals if that is longer. */
const OVERDUE_MS = 10_000

/**
 * Recurring jobs. PostgreSQL holds the list of schedules. Each has a BullMQ Job Scheduler that produces ticks, and a
 * tick enqueues the real job, once per due time.
 */
export class Schedules {
  constructor(private readonly deps: Deps) {}

  private get queue(): Queue {
    return this.deps.engine.queue('schedules')
  }

  /** @throws Problem 400 if the timing or the input is invalid */
  async set<Input, Given>(kind: Kind<Input, Given>, input: Given, request: ScheduleRequest): Promise<string> {
    const { tenantId, name, timing, createdBy } = request
    checkTiming(timing)
    const every = 'everyMs' in timing
    const schedule = await writeSchedule(this.deps.db, {
      id: newId(),
      tenant_id: tenantId,
      name,
      kind: kind.name,
      input: JSON.stringify(parse(kind.input, input, 'input') ?? null),
      every_ms: every ? timing.everyMs : null,
      cron: every ? null : timing.cron,
      timezone: every ? null : (timing.timezone ?? null),
      created_by: createdBy,
    })
    await this.upsert(schedule).catch(againLater(this.deps.log, 'A schedule is not in Redis yet', { name }, 'warn'))
    return schedule.id
  }

  async unset(tenantId: string, name: string): Promise<void> {
    const id = await deleteSchedule(this.deps.db, tenantId, name)
    if (id) await this.queue.removeJobScheduler(id).catch(ignoreOutage) // a tick without a schedule enqueues nothing
  }

  private async upsert({ id, tenant_id, every_ms, cron, timezone }: Schedule): Promise<void> {
    if (!this.deps.engine.isUp) throw new Away('Redis is down')
    const repeat = every_ms === null ? { pattern: cron ?? '', ...(timezone && { tz: timezone }) } : { every: every_ms }
    const opts = { removeOnComplete: { count: 10 }, removeOnFail: { count: 100 } }
    await this.queue.upsertJobScheduler(id, repeat, { name: TICK, data: { tenant_id, schedule_id: id }, opts })
  }

  /** Enqueues the job of a tick. A tick that runs twice enqueues one job. */
  async tick(tick: BullJob): Promise<void> {
    const { db, enqueuer, kinds, log } = this.deps
    const id = tick.data.schedule_id as string
    const schedule = await findSchedule(db, id)
    const kind = schedule && kinds.get(schedule.kind)
    if (!kind) {
      await this.queue.removeJobScheduler(id)
      return log.warn('A schedule or its kind no longer exists', { schedule_id: id })
    }
    const dueAt = dueAtOf(tick)
    const made = await enqueuer.enqueue(kind, JSON.parse(schedule.input), {
      tenantId: schedule.tenant_id,
      createdBy: { type: 'system', id: schedule.id, name: `schedule ${schedule.name}` },
      key: { key: `schedule:${schedule.id}:${dueAt.getTime()}`, bodyHash: schedule.id },
    })
    await markFired(db, schedule.id, dueAt, made.id)
  }

  /** Schedules with their next due times, for the queue page and metrics. */
  async status(tenantId?: string): Promise<ScheduleStatus[]> {
    const known = await listSchedules(this.deps.db, tenantId)
    if (!known.length) return []
    const next = (await this.nextTimes().catch(ignoreOutage)) ?? new Map<string, number>()
    return known.map(schedule => statusOf(schedule, next))
  }

  /** @throws Error while Redis is down */
  private async nextTimes(): Promise<Map<string, number>> {
    if (!this.deps.engine.isUp) throw new Away('Redis is down')
    const schedulers = await this.queue.getJobSchedulers(0, -1)
    return new Map(schedulers.map(({ key, next }) => [key, next ?? 0]))
  }

  /** Sets schedules again that BullMQ has lost or that are overdue. */
  async repair(): Promise<void> {
    const known = await listSchedules(this.deps.db)
    if (!known.length) return
    const next = await this.nextTimes()
    const late = known.map(schedule => statusOf(schedule, next)).filter(isLate)
    for (const { schedule, nextAt, overdueMs } of late) {
      const facts = { schedule: schedule.name, overdue_ms: overdueMs }
      if (nextAt) this.deps.log.warn('A schedule was overdue, setting it again', facts)
      else this.deps.log.info('A schedule was not in Redis, setting it', { schedule: schedule.name })
      try {
        await this.queue.removeJobScheduler(schedule.id)
        await this.upsert(schedule)
      } catch (error) {
        this.deps.log.warn('Cannot set a schedule', { schedule: schedule.name, error: messageOf(error) })
      }
    }
  }
}

function statusOf(schedule: Schedule, next: ReadonlyMap<string, number>): ScheduleStatus {
  const at = next.get(schedule.id)
  return {
    schedule,
    nextAt: at === undefined ? null : new Date(at),
    overdueMs: at ? Math.max(0, Date.now() - at) : 0,
  }
}

function isLate({ schedule, nextAt, overdueMs }: ScheduleStatus): boolean {
  return nextAt === null || overdueMs > Math.max(OVERDUE_MS, 2 * (schedule.every_ms ?? 0))
}

/** `repeat:<scheduler>:<millis>`: the time at which the tick was due. */
function dueAtOf({ id, timestamp, delay }: BullJob): Date {
  const millis = Number(id?.split(':').at(-1))
  return new Date(Number.isFinite(millis) ? millis : timestamp + delay)
}

import { type JobsOptions, Queue, type RepeatStrategy } from 'bullmq'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import { Unavailable } from '../../base/outage'
import type { RedisClient, RedisFactory } from '../../base/redis'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { OnFailure } from '../kinds/run'
import { nextOfCron } from '../timing/cron'
import { closeAll, waitForClose } from './close'

/** When BullMQ's schedulers tick: at the times at which schedules are due. */
export const repeatStrategy: RepeatStrategy = (millis, { pattern = '', tz = 'UTC' }) =>
  nextOfCron(pattern, tz, millis) ?? undefined

/** What BullMQ needs to know about a job; everything else stays in PostgreSQL. */
export interface QueuedJob {
  id: string
  tenantId: string
  kind: string
  queue: QueueName
  priority: number
  runAt: Date | null
  parent: { id: string; queue: QueueName; onFailure: OnFailure } | null
}

/**
 * The state of a job in BullMQ: `open` if it is running or will run, `ended`, or `unknown` if BullMQ does not have
 * it.
 */
export type Presence = 'open' | 'ended' | 'unknown'

/** BullMQ's options for failed children. Without one a parent would wait forever, so one is always set. */
const FAILURE_OPTIONS: Record<OnFailure, JobsOptions> = {
  fail: { failParentOnFailure: true },
  continue: { continueParentOnFailure: true },
  ignore: { ignoreDependencyOnFailure: true },
  forget: { removeDependencyOnFailure: true },
}

/** PostgreSQL decides how often a job is retried, so BullMQ's own limit must never be reached. */
const ATTEMPTS = 1_000
/** Ended jobs stay in Redis only for Bull Board: the history is in PostgreSQL. Limits per queue and state. */
export const KEEP_SECONDS = 24 * 60 * 60
export const KEEP_COUNT = 1_000
const COMMON: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'decided' },
  removeOnComplete: { age: KEEP_SECONDS, count: KEEP_COUNT },
  removeOnFail: { age: KEEP_SECONDS, count: KEEP_COUNT },
  stackTraceLimit: 1,
}
/** Events of about 5,000 jobs: enough for QueueEvents to resume after a short interruption. */
const EVENTS_MAX = 20_000
const PROBE_TTL_MS = 60_000
/** Ids of jobs, as opposed to those of markers and ticks. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const BULK_MAX = 1_000
const HASTENED_AT_ONCE = 50
/** BullMQ's queues, over one connection whose commands fail at once while Redis is down. */
export class Engine {
  readonly client: RedisClient
  readonly queues: ReadonlyMap<QueueName, Queue>
  private readonly installation: string

  constructor({ redis, log }: { redis: RedisFactory; log: Log }) {
    this.client = redis.connect('command')
    this.installation = redis.prefix
    const open = (name: QueueName) => {
      const events = { maxLen: EVENTS_MAX }
      const settings = { repeatStrategy }
      const place = { connection: this.client, prefix: this.prefixOf(name) }
      const queue = new Queue(name, { ...place, streams: { events }, settings })
      queue.on('error', error => log.debug('Queue connection failed', { queue: name, error: messageOf(error) }))
      return [name, queue] as const
    }
    this.queues = new Map(QUEUE_NAMES.map(open))
  }

  get isUp(): boolean {
    return this.client.status === 'ready'
  }

  queue(name: QueueName): Queue {
    const queue = this.queues.get(name)
    if (!queue) throw new Error(`Unknown queue ${name}`)
    return queue
  }

  /**
   * The prefix of all keys of a queue. The braces keep them in one slot of a Cluster, as BullMQ's scripts require; each
   * queue has its own slot, so that queues are spread over the servers.
   */
  prefixOf(queue: string): string {
    return `{${this.installation}:${queue}}`
  }

  key(queue: string, rest: string): string {
    return `${this.prefixOf(queue)}:${queue}:${rest}`
  }

  /**
   * Writes a small key next to every queue, because reads still work when Redis has become a replica, is out of memory,
   * or cannot write to disk.
   * @throws Error if any of the queues cannot accept jobs
   */
  async probe(): Promise<void> {
    await Promise.all(QUEUE_NAMES.map(name => this.client.set(this.key(name, 'probe'), '', 'PX', PROBE_TTL_MS)))
  }

  /** Adding a job again changes nothing. @throws Error if Redis did not accept all of them */
  async add(jobs: readonly QueuedJob[]): Promise<void> {
    if (!this.isUp) throw new Unavailable('Redis is down')
    for (const [name, queue] of this.queues) {
      const own = jobs.filter(job => job.queue === name)
      for (let i = 0; i < own.length; i += BULK_MAX) await this.addTo(queue, own.slice(i, i + BULK_MAX))
    }
  }

  private async addTo(queue: Queue, jobs: QueuedJob[]): Promise<void> {
    const bulk = (list: QueuedJob[]) =>
      queue.addBulk(
        list.map(each => ({ name: each.kind, data: { tenant_id: each.tenantId }, opts: this.optionsFor(each) })),
      )
    const added = await bulk(jobs)
    // A negative number instead of an id: the parent is no longer in Redis, so nothing there waits for this child.
    const orphans = jobs.filter((job, i) => job.parent && Number(added[i]?.id) < 0)
    if (orphans.length) await bulk(orphans.map(orphan => ({ ...orphan, parent: null })))
  }

  private optionsFor({ id, queue, priority, runAt, parent }: QueuedJob): JobsOptions {
    const delay = runAt ? Math.max(0, runAt.getTime() - Date.now()) : 0
    const options: JobsOptions = { ...COMMON, jobId: id, priority, delay }
    // BullMQ can link jobs of the same queue only: in a Cluster, another queue may be on another server.
    if (parent?.queue !== queue) return options
    const link = { id: parent.id, queue: `${this.prefixOf(queue)}:${queue}` }
    return { ...options, parent: link, ...FAILURE_OPTIONS[parent.onFailure] }
  }

  /** Lets jobs that wait for their time run at once. Those that do not wait are left alone. */
  async hasten(queue: QueueName, ids: readonly string[]): Promise<void> {
    if (!this.isUp) return
    for (let i = 0; i < ids.length; i += HASTENED_AT_ONCE)
      await Promise.all(ids.slice(i, i + HASTENED_AT_ONCE).map(id => this.hastenOne(queue, id)))
  }

  private async hastenOne(queue: QueueName, id: string) {
    const job = await this.queue(queue).getJob(id)
    if (await job?.isDelayed()) await job?.promote().catch(() => undefined) // it may have begun to run in between
  }

  /** Removes a job from BullMQ. @returns false if a worker holds it; true also if BullMQ did not have it */
  async remove(queue: QueueName, id: string): Promise<boolean> {
    if (!this.isUp) return false
    return (await this.queue(queue).remove(id)) === 1 || (await this.presence([{ queue, id }]))[0] === 'unknown'
  }

  /** Why BullMQ failed a job; undefined if it did not, or no longer has the job. */
  async failureReason(queue: QueueName, id: string): Promise<string | undefined> {
    const job = await this.queue(queue).getJob(id)
    return job?.finishedOn ? job.failedReason || undefined : undefined
  }

  /** The state of jobs in BullMQ, with one pipeline of cheap reads per queue. */
  async presence(jobs: readonly { queue: string; id: string }[]): Promise<Presence[]> {
    const found = new Map<string, Presence>()
    await Promise.all(
      [...byQueue(jobs)].map(async ([queue, own]) => {
        const pipeline = this.client.pipeline()
        for (const { id } of own) pipeline.hmget(this.key(queue, id), 'timestamp', 'finishedOn')
        for (const [i, [error, fields]] of ((await pipeline.exec()) ?? []).entries()) {
          if (error) throw error
          found.set(own[i]?.id ?? '', presenceOf(fields as (string | null)[]))
        }
      }),
    )
    return jobs.map(({ id }) => found.get(id) ?? 'open')
  }

  /** The next jobs of a queue: the first in order of arrival and the first by priority. */
  async nextIds(name: QueueName): Promise<string[]> {
    return (await this.next(name)).filter(id => UUID.test(id))
  }

  /** The same, including ticks of schedules. */
  async next(name: QueueName): Promise<string[]> {
    const [next, [first]] = await Promise.all([
      this.client.lindex(this.key(name, 'wait'), -1),
      this.client.zrange(this.key(name, 'prioritized'), '0', '0'),
    ])
    return [next, first].filter(id => typeof id === 'string')
  }

  async close(): Promise<void> {
    await waitForClose(closeAll(this.queues.values()))
    this.client.disconnect()
  }
}

/** In a Cluster a pipeline goes to one server, so it may hold commands of one queue only. */
function byQueue<T extends { queue: string }>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const group = groups.get(each.queue)
    if (group) group.push(each)
    else groups.set(each.queue, [each])
  }
  return groups
}

function presenceOf([madeAt, finishedOn]: (string | null)[]): Presence {
  if (typeof madeAt !== 'string') return 'unknown'
  return finishedOn === null ? 'open' : 'ended'
}

import { type JobsOptions, Queue } from 'bullmq'
import { messageOf } from '../base/errors'
import { Gather } from '../base/gather'
import type { Log } from '../base/log'
import { Away } from '../base/outage'
import type { RedisClient, RedisFactory } from '../base/redis'
import { QUEUE_NAMES, type QueueName } from './queues'
import type { OnFailure } from './run'

/** What BullMQ needs to know of a job; everything else stays in PostgreSQL. */
export interface Ticket {
  id: string
  tenantId: string
  kind: string
  queue: QueueName
  priority: number
  runAt: Date | null
  parent: { id: string; queue: QueueName; onFailure: OnFailure } | null
}

/** What BullMQ knows of a job: `open` it will be or is being run, `ended`, or `unknown`. */
export type Presence = 'open' | 'ended' | 'unknown'

/** BullMQ's failure options under our names. Without one a parent would wait for ever, so that is not on offer. */
const FAILURE_OPTIONS: Record<OnFailure, JobsOptions> = {
  fail: { failParentOnFailure: true },
  continue: { continueParentOnFailure: true },
  ignore: { ignoreDependencyOnFailure: true },
  forget: { removeDependencyOnFailure: true },
}

/** PostgreSQL decides how often a job is tried; BullMQ's own count must never end one before. */
const ATTEMPTS = 1_000
/** Ended jobs are kept in Redis for Bull Board only: the history is in PostgreSQL. Per queue and state. */
export const KEPT_SECONDS = 24 * 60 * 60
export const KEPT_COUNT = 1_000
const COMMON: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'decided' },
  removeOnComplete: { age: KEPT_SECONDS, count: KEPT_COUNT },
  removeOnFail: { age: KEPT_SECONDS, count: KEPT_COUNT },
  stackTraceLimit: 1,
}
/** About 5,000 jobs: enough for the reader of events to come back from a short absence. */
const EVENTS_KEPT = 20_000
/** Ids of jobs, and not those of markers and ticks. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const BULK_MAX = 1_000
/** Lines in BullMQ's own log of a job, over all attempts. */
const MIRRORED_MAX = 100

/** Lines for BullMQ's own log of a job. */
export interface Mirrored {
  queue: string
  id: string
  lines: string[]
  /** Nothing can be there yet that would have to be cut. */
  isFirst: boolean
}

/** BullMQ's queues as this process sees them, over one connection that fails at once while Redis is away. */
export class Engine {
  readonly client: RedisClient
  /** Of all keys: the braces keep them in one slot of a Cluster. */
  readonly prefix: string
  readonly queues: ReadonlyMap<QueueName, Queue>
  private readonly mirrors = new Gather<Mirrored, void>(all => this.mirrorAll(all), BULK_MAX)

  constructor({ redis, log }: { redis: RedisFactory; log: Log }) {
    this.client = redis.connect('command')
    this.prefix = redis.prefix.includes('{') ? `${redis.prefix}:jobs` : `{${redis.prefix}}:jobs`
    const open = (name: QueueName) => {
      const events = { maxLen: EVENTS_KEPT }
      const queue = new Queue(name, { connection: this.client, prefix: this.prefix, streams: { events } })
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
    if (!queue) throw new Error(`There is no queue ${name}`)
    return queue
  }

  key(queue: string, rest: string): string {
    return `${this.prefix}:${queue}:${rest}`
  }

  /** @throws Error when Redis does not take them; what it took is not undone and may be added again. */
  async add(tickets: readonly Ticket[]): Promise<void> {
    if (!this.isUp) throw new Away('Redis is away')
    for (const [name, queue] of this.queues) {
      const own = tickets.filter(ticket => ticket.queue === name)
      for (let i = 0; i < own.length; i += BULK_MAX) await this.addTo(queue, own.slice(i, i + BULK_MAX))
    }
  }

  private async addTo(queue: Queue, tickets: Ticket[]): Promise<void> {
    const bulk = (list: Ticket[]) =>
      queue.addBulk(
        list.map(each => ({ name: each.kind, data: { tenant_id: each.tenantId }, opts: this.optionsFor(each) })),
      )
    const added = await bulk(tickets)
    // A negative number instead of the id: the parent has left Redis, so nothing waits for this child there.
    const orphans = tickets.filter((ticket, i) => ticket.parent && Number(added[i]?.id) < 0)
    if (orphans.length) await bulk(orphans.map(orphan => ({ ...orphan, parent: null })))
  }

  private optionsFor({ id, priority, runAt, parent }: Ticket): JobsOptions {
    const delay = runAt ? Math.max(0, runAt.getTime() - Date.now()) : 0
    const options: JobsOptions = { ...COMMON, jobId: id, priority, delay }
    if (!parent) return options
    const link = { id: parent.id, queue: `${this.prefix}:${parent.queue}` }
    return { ...options, parent: link, ...FAILURE_OPTIONS[parent.onFailure] }
  }

  /** Takes a job out of BullMQ; false when a worker holds it. One that is unknown counts as taken out. */
  async remove(queue: QueueName, id: string): Promise<boolean> {
    if (!this.isUp) return false
    return (await this.queue(queue).remove(id)) === 1 || (await this.presence([{ queue, id }]))[0] === 'unknown'
  }

  /** What BullMQ knows of jobs, by one pipeline of cheap reads. */
  async presence(jobs: readonly { queue: string; id: string }[]): Promise<Presence[]> {
    const pipeline = this.client.pipeline()
    for (const { queue, id } of jobs) pipeline.hmget(this.key(queue, id), 'timestamp', 'finishedOn')
    const answers = (await pipeline.exec()) ?? []
    return answers.map(([error, fields]) => {
      if (error) throw error
      const [madeAt, finishedOn] = fields as (string | null)[]
      if (madeAt === null) return 'unknown'
      return finishedOn === null ? 'open' : 'ended'
    })
  }

  /** Per queue, the jobs that are next: in order of arrival and by priority. */
  async nextIds(): Promise<string[][]> {
    const pipeline = this.client.pipeline()
    for (const name of QUEUE_NAMES)
      pipeline.lindex(this.key(name, 'wait'), -1).zrange(this.key(name, 'prioritized'), '0', '0')
    const answers = (await pipeline.exec()) ?? []
    return QUEUE_NAMES.map((_, i) => {
      const [next, [first]] = [answers[2 * i]?.[1] as string | null, (answers[2 * i + 1]?.[1] ?? []) as string[]]
      return [next, first].filter((id): id is string => typeof id === 'string' && UUID.test(id))
    })
  }

  /** Appends lines to BullMQ's own log of a job that is active. Those of jobs that end together go together. */
  mirror(lines: Mirrored): Promise<void> {
    return this.mirrors.ask(lines)
  }

  private async mirrorAll(all: readonly Mirrored[]): Promise<undefined[]> {
    const pipeline = this.client.pipeline()
    for (const { queue, id, lines, isFirst } of all) {
      const key = this.key(queue, `${id}:logs`)
      pipeline.rpush(key, ...lines)
      if (!isFirst) pipeline.ltrim(key, -MIRRORED_MAX, -1)
    }
    await pipeline.exec()
    return all.map(() => undefined)
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map(queue => queue.close().catch(() => undefined)))
    this.client.disconnect()
  }
}

import { type JobsOptions, Queue } from 'bullmq'
import { Batcher } from '../../base/batcher'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import { Away } from '../../base/outage'
import type { RedisClient, RedisFactory } from '../../base/redis'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { OnFailure } from '../kinds/run'
import { closeAll, waitForClose } from './close'

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
const PROBE_KEPT_MS = 60_000
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

/** BullMQ's queues as this process sees them, over one connection that fails at once while Redis is down. */
export class Engine {
  readonly client: RedisClient
  readonly queues: ReadonlyMap<QueueName, Queue>
  private readonly installation: string
  private readonly mirrors = new Batcher<Mirrored, void>(all => this.mirrorAll(all), BULK_MAX)

  constructor({ redis, log }: { redis: RedisFactory; log: Log }) {
    this.client = redis.connect('command')
    this.installation = redis.prefix
    const open = (name: QueueName) => {
      const events = { maxLen: EVENTS_KEPT }
      const queue = new Queue(name, { connection: this.client, prefix: this.prefixOf(name), streams: { events } })
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

  /**
   * Of all keys of a queue. The braces keep them in one slot of a Cluster, as BullMQ's scripts need it; each queue has
   * a slot of its own, so that the queues spread over the servers.
   */
  prefixOf(queue: string): string {
    return `{${this.installation}:${queue}}`
  }

  key(queue: string, rest: string): string {
    return `${this.prefixOf(queue)}:${queue}:${rest}`
  }

  /**
   * Writes a small key next to every queue, because reading still works where Redis has become a replica, has no memory
   * left, or cannot write to its disk.
   * @throws Error when any of the queues cannot take jobs now
   */
  async probe(): Promise<void> {
    await Promise.all(QUEUE_NAMES.map(name => this.client.set(this.key(name, 'probe'), '', 'PX', PROBE_KEPT_MS)))
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

  private optionsFor({ id, queue, priority, runAt, parent }: Ticket): JobsOptions {
    const delay = runAt ? Math.max(0, runAt.getTime() - Date.now()) : 0
    const options: JobsOptions = { ...COMMON, jobId: id, priority, delay }
    // BullMQ can tie jobs of one queue only: in a Cluster another one may be on another server.
    if (parent?.queue !== queue) return options
    const link = { id: parent.id, queue: `${this.prefixOf(queue)}:${queue}` }
    return { ...options, parent: link, ...FAILURE_OPTIONS[parent.onFailure] }
  }

  /** Takes a job out of BullMQ; false when a worker holds it. One that is unknown counts as taken out. */
  async remove(queue: QueueName, id: string): Promise<boolean> {
    if (!this.isUp) return false
    return (await this.queue(queue).remove(id)) === 1 || (await this.presence([{ queue, id }]))[0] === 'unknown'
  }

  /** What BullMQ knows of jobs, by one pipeline of cheap reads for each queue. */
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

  /** The jobs of a queue that are next: in order of arrival and by priority. */
  async nextIds(name: QueueName): Promise<string[]> {
    return (await this.next(name)).filter(id => UUID.test(id))
  }

  /** The same with ticks of schedules. */
  async next(name: QueueName): Promise<string[]> {
    const [next, [first]] = await Promise.all([
      this.client.lindex(this.key(name, 'wait'), -1),
      this.client.zrange(this.key(name, 'prioritized'), '0', '0'),
    ])
    return [next, first].filter(id => typeof id === 'string')
  }

  /** Appends lines to BullMQ's own log of a job that is active. Those of jobs that end together go together. */
  mirror(lines: Mirrored): Promise<void> {
    return this.mirrors.ask(lines)
  }

  private async mirrorAll(all: readonly Mirrored[]): Promise<undefined[]> {
    const written = [...byQueue(all)].map(([queue, own]) => {
      const pipeline = this.client.pipeline()
      for (const { id, lines, isFirst } of own) {
        const key = this.key(queue, `${id}:logs`)
        pipeline.rpush(key, ...lines)
        if (!isFirst) pipeline.ltrim(key, -MIRRORED_MAX, -1)
      }
      return pipeline.exec()
    })
    await Promise.all(written)
    return all.map(() => undefined)
  }

  async close(): Promise<void> {
    await waitForClose(closeAll(this.queues.values()))
    this.client.disconnect()
  }
}

/** A pipeline in a Cluster goes to one server, so it holds commands of one queue. */
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

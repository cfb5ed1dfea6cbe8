import { randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { incidentStats } from '../../src/alerts/incidents/figures'
import { startParts } from '../../src/base/lifecycle'
import { createLog } from '../../src/base/log'
import type { Job, QueueName } from '../../src/contract/jobs'
import { fleetStats } from '../../src/fleet/stats'
import { createJobs, type Handler } from '../../src/jobs'
import { testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { type Place as ProcessPlace, processParts } from '../support/process'
import { beforeNextLook } from '../support/programs'
import { rows } from '../support/rows'

export interface Place extends ProcessPlace {
  tenantId: string
}

export const ACTOR = { type: 'system' as const, id: null, name: 'test' }

interface Options {
  handlers: readonly Handler<never>[]
  /** False for a process that only enqueues. */
  works?: boolean
  queues?: readonly QueueName[]
  lockMs?: number
  reconcileMs?: number
  shutdownMs?: number
  concurrency?: number
  /** By which schedules are due. */
  clock?: () => Date
}

/** The job platform as in one process, with its own connections. Several of them simulate several processes. */
export async function startNode(place: Place, options: Options) {
  const { handlers, works = true, queues, lockMs = 2_000, reconcileMs = 60_000, shutdownMs = 4_000 } = options
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() })
  const log = createLog({ level: 'debug', format: 'json', output: process.env.SHOW_LOG ? process.stderr : nothing })
  const { db, redis, metrics, streams, database } = processParts(place, { log, service: 'worker', shutdownMs })
  const jobs = createJobs({
    db,
    redis,
    streams,
    log,
    metrics,
    config: {
      worker: { concurrency: options.concurrency ?? 20, lockMs, reconcileMs },
      shutdownMs,
      streams: { heartbeatMs: 5_000 },
    },
    kinds: handlers.map(handler => handler.kind),
    tenantIds: async () => [place.tenantId],
    ...(options.clock && { clock: options.clock }),
  })
  streams.register(jobs.family)
  jobs.stats.add(fleetStats(db))
  jobs.stats.add(incidentStats(db))
  const workers = works ? [jobs.createWorkers(handlers, { jobs } as never, queues ? { queues } : {})] : []
  const stopParts = await startParts([database, streams, ...jobs.parts, ...workers])
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= stopParts()
    return stopped
  }
  const by = { tenantId: place.tenantId, createdBy: ACTOR }
  return { db, redis, streams, jobs, metrics, log, stop, by }
}

export type TestNode = Awaited<ReturnType<typeof startNode>>

/** Creates a database; nodes started on it are stopped together. */
export async function createPlace(parts?: { databaseUrl: string; redisUrl: string }) {
  const database = parts ? undefined : await testDatabase()
  const place: Place = {
    databaseUrl: parts?.databaseUrl ?? database?.url ?? '',
    redisUrl: parts?.redisUrl ?? testRedisUrl(),
    prefix: testRedisPrefix(),
    tenantId: randomUUID(),
  }
  const nodes: TestNode[] = []
  return {
    ...place,
    start: async (options: Options) => {
      const node = await startNode(place, options)
      nodes.push(node)
      return node
    },
    stop: async () => {
      await Promise.all(nodes.map(node => node.stop()))
      await database?.drop()
    },
  }
}

/** Only for what never happens: the slowest machine takes less. */
const LIMIT_MS = 240_000

/** Polls until there is a result. */
export async function eventually<T>(check: () => Promise<T | undefined | false>): Promise<T> {
  const startedAt = Date.now()
  for (;;) {
    const result = await check()
    if (result) return result
    if (Date.now() > startedAt + LIMIT_MS) throw new Error(`The condition was not met within ${LIMIT_MS} ms: ${check}`)
    await beforeNextLook(startedAt)
  }
}

/** Waits until a job is in one of these states. */
export function untilState(node: TestNode, id: string, ...states: Job['status'][]): Promise<Job> {
  return eventually(async () => {
    const job = await node.jobs.find({ tenantId: node.by.tenantId, id })
    if (states.includes(job.status)) return job
    if (['completed', 'failed', 'cancelled'].includes(job.status))
      throw new Error(`Job ended as ${job.status}: ${JSON.stringify(job.error ?? job.cancel)}`)
    return undefined
  })
}

export interface StoredEntry {
  seq: number
  line: number | null
  kind: string
  level: string | null
  step: string | null
  attempt: number | null
  message: string | null
  // biome-ignore lint/suspicious/noExplicitAny: entries have any JSON
  data: any
}

/** All entries of a topic, in order. */
export async function entriesOf(node: TestNode, name: string): Promise<StoredEntry[]> {
  await node.streams.flush()
  const found = await rows<StoredEntry & { data: string | null }>(
    node.db,
    `SELECT e.seq, e.line, e.kind, e.level, e.step, e.attempt, e.message, e.data FROM stream_entries e
     JOIN stream_topics t ON t.id = e.topic_id WHERE t.tenant_id = ? AND t.name = ? ORDER BY seq`,
    [node.by.tenantId, name],
  )
  return found.map(entry => ({ ...entry, data: entry.data === null ? null : JSON.parse(entry.data) }))
}

/** The states of a job so far, according to its topic. */
export async function statesOf(node: TestNode, id: string): Promise<string[]> {
  const entries = await entriesOf(node, `job:${id}`)
  const states = entries.filter(entry => entry.kind === 'status').map(entry => entry.data.job.status as string)
  return states.filter((state, i) => state !== states[i - 1])
}

import { setTimeout as delay } from 'node:timers/promises'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { createDb, type Db } from '../../src/base/db'
import { startParts } from '../../src/base/lifecycle'
import { createLog } from '../../src/base/log'
import { createMetrics } from '../../src/base/metrics'
import { z } from '../../src/base/parse'
import { createRedis } from '../../src/base/redis'
import { countRow, oneRow } from '../../src/base/rows'
import { readConfig } from '../../src/config'
import { createJobs, defineKind, handle, type JobsPlatform } from '../../src/jobs'
import { createStreams } from '../../src/streams'
import { measures } from './measures'
import { answer } from './questions'

interface Parts {
  databaseUrl: string
  redisUrl: string
  concurrency: number
}

/** Logs one line, so that the path of a line is part of the measurement. */
const noop = defineKind({ name: 'noop', queue: 'demo', input: z.strictObject({}) })
const handlers = [handle(noop, async run => void run.log.info('nothing to do'))] as const
const BATCH = 1_000
const POLL_MS = 100

let db: Db
let jobs: JobsPlatform

/** A worker process with a job kind that does nothing; its workers start on request. */
async function start({ databaseUrl, redisUrl, concurrency }: Parts) {
  const { config } = readConfig({
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    WORKER_CONCURRENCY: String(concurrency),
  })
  const log = createLog({ level: 'error', format: 'json', output: process.stderr })
  const metrics = createMetrics()
  db = createDb(databaseUrl, config.databasePool)
  const redis = createRedis({ url: redisUrl, prefix: config.redisPrefix, log })
  const settings = { ...config.streams, shutdownMs: config.shutdownMs }
  const streams = createStreams({ db, redis, log, registry: metrics, settings, service: 'worker' })
  const kinds = handlers.map(({ kind }) => kind)
  jobs = createJobs({ db, redis, streams, log, metrics, config, kinds, tenantIds: async () => [DEFAULT_TENANT_ID] })
  await startParts([streams, ...jobs.parts])
}

async function enqueue({ count }: { count: number }) {
  const request = { tenantId: DEFAULT_TENANT_ID, createdBy: { type: 'system' as const, id: null, name: 'load' } }
  for (let made = 0; made < count; made += BATCH)
    await Promise.all(Array.from({ length: BATCH }, () => jobs.enqueue(noop, {}, request)))
}

const openRow = countRow.extend({ since: z.date() })
const waitingRow = z.object({ exists: z.boolean() })
const tookRow = z.object({ seconds: z.number().nullable(), failed: z.number() })

/** Runs all waiting jobs. @returns jobs per second, by the times in the history */
async function drain() {
  const open = await oneRow(
    db,
    openRow,
    'SELECT count(*)::integer AS count, now() AS since FROM jobs WHERE ended_at IS NULL',
  )
  const worker = jobs.createWorkers(handlers, {}, { queues: ['demo'] })
  await worker.start()
  // reads one row of an index: counting the ended jobs instead would be a fifth of the load on PostgreSQL
  const waiting = 'SELECT EXISTS (SELECT FROM jobs WHERE ended_at IS NULL)'
  do await delay(POLL_MS)
  while ((await oneRow(db, waitingRow, waiting)).exists)
  const took = await oneRow(
    db,
    tookRow,
    `SELECT extract(epoch FROM max(ended_at) - min(started_at))::float8 AS seconds,
       count(*) FILTER (WHERE status <> 'completed')::integer AS failed FROM jobs WHERE ended_at >= ?`,
    [open.since],
  )
  await worker.stop()
  if (took.failed) throw new Error(`${took.failed} jobs did not complete`)
  return open.count / (took.seconds ?? Number.NaN)
}

const questions = { start, enqueue, drain, ...measures }

export type NoopQuestions = typeof questions

answer(questions)

import { setTimeout as delay } from 'node:timers/promises'
import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker'
import PgBoss from 'pg-boss'
import { createDb } from '../../src/base/db'
import { z } from '../../src/base/parse'
import { oneRow } from '../../src/base/rows'
import { answer } from '../programs/questions'

interface Run {
  databaseUrl: string
  count: number
  concurrency: number
}

const BULK = 1_000
const POLL_MS = 10
const POOL = 10
/** What its documentation recommends for throughput. */
const LOCAL_QUEUE = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }
const waitingRow = z.object({ exists: z.boolean() })

/** graphile-worker. @param tuned it claims and completes many jobs at once. @returns jobs per second */
async function graphile({ databaseUrl, count, concurrency, tuned }: Run & { tuned: boolean }): Promise<number> {
  const logger = new Logger(() => () => undefined)
  const preset = { worker: { ...(tuned && LOCAL_QUEUE), concurrentJobs: concurrency, maxPoolSize: POOL } }
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger })
  await utils.migrate()
  const one = { identifier: 'noop', payload: {} }
  for (let made = 0; made < count; made += BULK) await utils.addJobs(new Array(BULK).fill(one))
  await utils.release()
  const db = createDb(databaseUrl, 1)
  let startedMs = 0
  const noop = async () => {
    startedMs ||= performance.now()
  }
  const options = { connectionString: databaseUrl, noHandleSignals: true, preset, logger }
  const runner = await runWorker({ ...options, taskList: { noop } })
  // it deletes the jobs that are done
  const waiting = 'SELECT EXISTS (SELECT FROM graphile_worker._private_jobs)'
  do await delay(POLL_MS)
  while ((await oneRow(db, waitingRow, waiting)).exists)
  const ms = performance.now() - startedMs
  await runner.stop()
  await db.destroy()
  return (count / ms) * 1_000
}

/** pg-boss, which claims and completes as many jobs at once as run at a time. @returns jobs per second */
async function boss({ databaseUrl, count, concurrency }: Run): Promise<number> {
  const queue = 'noop'
  const boss = new PgBoss({ connectionString: databaseUrl, max: POOL, supervise: false, schedule: false })
  await boss.start()
  await boss.createQueue(queue)
  for (let made = 0; made < count; made += BULK) await boss.insert(new Array(BULK).fill({ name: queue }))
  const startedMs = performance.now()
  for (;;) {
    const jobs = await boss.fetch(queue, { batchSize: concurrency })
    if (!jobs.length) break
    await boss.complete(
      queue,
      jobs.map(({ id }) => id),
    )
  }
  const ms = performance.now() - startedMs
  await boss.stop({ graceful: false })
  return (count / ms) * 1_000
}

const questions = { graphile, boss }

export type PostgresQueuesQuestions = typeof questions

answer(questions)

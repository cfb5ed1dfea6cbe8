import { EventEmitter, once } from 'node:events'
import { Queue, Worker } from 'bullmq'
import { serversOf } from '../../../src/base/redis'
import { rows } from '../../support/rows'
import { act, scripted } from '../kinds'
import { createPlace, eventually, type TestNode, untilState } from '../node'

const DELAYS = [0, 0, 200, 60_000]
let place: Awaited<ReturnType<typeof createPlace>>
beforeAll(async () => {
  place = await createPlace()
})
afterAll(() => place.stop())

const formerPrefix = () => `{${place.prefix}}:jobs`

const keysLike = async (node: TestNode, pattern: string) =>
  (await Promise.all(serversOf(node.jobs.engine.client).map(server => server.keys(pattern)))).flat()

/** The data of a version with all queues in one slot: jobs in PostgreSQL, BullMQ's jobs under the old keys. */
async function insertOldJobs(node: TestNode): Promise<string[]> {
  const made = await Promise.all(
    DELAYS.map(delayMs => node.jobs.enqueue(act, { value: delayMs }, { ...node.by, delayMs })),
  )
  const ids = made.map(({ job }) => job.id)
  const { client } = node.jobs.engine
  await Promise.all((await keysLike(node, `{${place.prefix}:*`)).map(key => client.unlink(key)))
  const former = new Queue('demo', { connection: client, prefix: formerPrefix() })
  const data = { tenant_id: place.tenantId }
  await former.addBulk(ids.map((id, i) => ({ name: 'act', data, opts: { jobId: id, delay: DELAYS[i] ?? 0 } })))
  await former.close()
  return ids
}

/** A process of the old version that runs one of the jobs. */
async function oldWorker(node: TestNode) {
  const signs = new EventEmitter()
  const finish = once(signs, 'finish')
  const started = once(signs, 'started')
  const work = async ({ id }: { id?: string | undefined }) => {
    signs.emit('started', id)
    await finish
  }
  const connection = node.redis.connect('blocking')
  const worker = new Worker('demo', work, { connection, prefix: formerPrefix(), lockDuration: 2_000 })
  const id = String((await started)[0])
  await rows(node.db, "UPDATE jobs SET status = 'running', attempt = 1, worker = 'old' WHERE id = ?", [id])
  return {
    id,
    async finish() {
      signs.emit('finish')
      await worker.close()
      connection.disconnect()
    },
  }
}

test('jobs and schedules of a version with all queues in one slot continue, and the old keys are removed', async () => {
  const before = await place.start({ handlers: scripted, works: false })
  const { tenantId } = place
  const schedule = { tenantId, name: 'each minute', timing: { everyMs: 60_000 }, createdBy: before.by.createdBy }
  await before.jobs.schedules.set(act, {}, schedule)
  const ids = await insertOldJobs(before)
  const old = await oldWorker(before)
  await before.stop()

  const after = await place.start({ handlers: scripted, reconcileMs: 200, lockMs: 500 })
  for (const id of ids.slice(0, 3)) if (id !== old.id) await untilState(after, id, 'completed')
  const later = ids[3] ?? ''
  expect((await after.jobs.find({ tenantId, id: later })).status).toBe('scheduled')
  await eventually(async () => (await after.jobs.engine.presence([{ queue: 'demo', id: later }]))[0] === 'open')
  const [figures] = await after.jobs.schedules.list(tenantId)
  expect([figures?.name, figures?.next_at]).toEqual(['each minute', expect.any(Date)])
  const queue = after.jobs.engine.queue('schedules')
  await eventually(async () => (await queue.getJobScheduler(figures?.id ?? ''))?.next === figures?.next_at?.getTime())

  expect((await after.jobs.find({ tenantId, id: old.id })).worker).toBe('old')
  expect(await keysLike(after, `${formerPrefix()}:*`)).not.toEqual([])
  await old.finish()
  await untilState(after, old.id, 'completed')
  await eventually(async () => (await keysLike(after, `${formerPrefix()}:*`)).length === 0)
})

import { bucketOf, percentile } from '../../src/jobs/metrics/job-metrics'
import { act, scripted } from './kinds'
import { ACTOR, createPlace, eventually, type TestNode, untilState } from './node'

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers: scripted })
})
afterAll(() => place.stop())

const demo = async () => (await node.jobs.queueStats.of(place.tenantId)).find(({ name }) => name === 'demo')

test('a paused queue starts no jobs, and counts the pending ones', async () => {
  await node.jobs.queueControl.pause('demo', { reason: 'deploy', by: ACTOR })
  const { job } = await node.jobs.enqueue(act, {}, node.by)
  await node.jobs.enqueue(act, {}, { ...node.by, delayMs: 60_000 })
  const paused = await eventually(async () => {
    const queue = await demo()
    return queue?.counts.pending === 1 && queue
  })
  // Who paused it is for those who run the installation.
  expect(paused).toMatchObject({ paused: true, paused_by: null, counts: { scheduled: 1 } })
  await eventually(async () => ((await demo())?.oldest_waiting_seconds ?? 0) > 0.1)
  expect((await node.jobs.find({ tenantId: place.tenantId, id: job.id })).status).toBe('pending')
  await node.jobs.queueControl.resume('demo', { reason: 'deployed', by: ACTOR })
  await untilState(node, job.id, 'completed')
  expect(await demo()).toMatchObject({ paused: false, paused_by: null })
})

test('a pause is visible at once, even right after an earlier request', async () => {
  expect(await demo()).toMatchObject({ paused: false })
  await node.jobs.queueControl.pause('demo', { reason: 'now', by: ACTOR })
  expect(await demo()).toMatchObject({ paused: true })
  await node.jobs.queueControl.resume('demo', { reason: 'done', by: ACTOR })
  expect(await demo()).toMatchObject({ paused: false })
})

test('a queue that does not exist cannot be paused', async () => {
  await expect(node.jobs.queueControl.pause('nope', { reason: 'x', by: ACTOR })).rejects.toMatchObject({ status: 404 })
})

test('shows wait and run times of the last hour, and counts in metrics', async () => {
  const { job } = await node.jobs.enqueue(act, { ms: 60 }, node.by)
  await untilState(node, job.id, 'completed')
  await node.jobs.timings.store()
  const text = await node.metrics.metrics()
  expect(text).toMatch(/bullmq_job_completed_total\{queue="demo"\} [1-9]/)
  expect(text).toMatch(/bullmq_jobs\{queue="demo",state="delayed"\} 1/)
  expect(text).toContain('bullmq_job_wait_seconds_bucket')
  expect(text).toContain('bullmq_scheduler_overdue_seconds 0')
  const stored = await node.db('job_timings').where('queue', 'demo')
  expect(stored.flatMap(({ run }) => run).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(2)
})

test('percentiles are off by one bucket at most', () => {
  const counts = new Array(96).fill(0)
  for (let ms = 1; ms <= 1_000; ms++) counts[bucketOf(ms)]++
  expect(percentile([], 0.5)).toBeNull()
  expect(Math.abs((percentile(counts, 0.5) ?? 0) / 500 - 1)).toBeLessThan(0.25)
  expect(Math.abs((percentile(counts, 0.95) ?? 0) / 950 - 1)).toBeLessThan(0.25)
})

import { createJob, createJobs, demoLines, difference, getJob, getLog, type Job } from './jobs'
import type { Node } from './node'
import { print, System } from './system'
import { eventCounts, tenantEventsOf, Viewer } from './viewer'

/** Two web and two worker processes on one Redis and one PostgreSQL. */
let system: System
let feeds: [Viewer, Viewer]

beforeAll(async () => {
  system = await System.start({ env: { WORKER_CONCURRENCY: '2' } })
  const feed = (web: Node) => new Viewer({ topic: 'events', at: () => web })
  feeds = [feed(system.web(0)), feed(system.web(1))]
})

afterAll(async () => {
  await Promise.all(feeds.map(feed => feed.close()))
  await system.stop()
})

const hasReceived = (feed: Viewer, type: string, ids: string[]) => {
  const times = eventCounts(feed, type)
  return ids.every(id => times.has(id))
}
const untilBothReceived = (type: string, ids: string[]) =>
  Promise.all(feeds.map(feed => feed.until(() => hasReceived(feed, type, ids))))
const idsOf = (jobs: Job[]) => jobs.map(({ id }) => id)

test('jobs created on either web process run once, on one of the workers, and are visible on both', async () => {
  const jobs = await createJobs(system.webs, 30, { lines: 40, interval_ms: 2 })
  const viewers = jobs.map(
    ({ id }, i) => new Viewer({ topic: `job:${id}`, at: () => system.web((i + 1) % 2) }), // not where it was created
  )
  await Promise.all(viewers.map(viewer => viewer.done))
  await untilBothReceived('job_completed', idsOf(jobs))
  for (const viewer of viewers) expect(viewer.lines.map(({ message }) => message)).toEqual(demoLines(40))
  for (const feed of feeds)
    for (const type of ['job_created', 'job_started', 'job_completed'])
      expect([...eventCounts(feed, type)].filter(([, times]) => times !== 1)).toEqual([])
  const ended = await Promise.all(jobs.map(({ id }, i) => getJob(system.web(i % 2), id)))
  expect(new Set(ended.map(({ worker }) => system.workerOf(worker).pid)).size).toBe(2)
  expect(new Set(ended.map(({ attempt }) => attempt))).toEqual(new Set([1]))
  const shared = feeds.map(feed =>
    tenantEventsOf(feed).map(({ type, sequence, data }) => `${sequence} ${type} ${data.job_id}`),
  )
  const common = Math.min(...shared.map(list => list.length))
  expect(shared[0]?.slice(0, common)).toEqual(shared[1]?.slice(0, common))
})

test('a cancel through one web process reaches the worker that runs the job', async () => {
  const jobs = await createJobs(system.webs, 4, { lines: 1_000_000, interval_ms: 20 })
  await untilBothReceived('job_started', idsOf(jobs)) // both workers are at their concurrency limit
  const [a, b] = system.webs as [Node, Node]
  const running = await Promise.all(jobs.map(({ id }) => getJob(b, id)))
  expect(new Set(running.map(({ worker }) => worker)).size).toBe(2)
  for (const { id } of jobs) {
    const viewer = new Viewer({ topic: `job:${id}`, at: () => b })
    await viewer.until(() => viewer.lines.length > 0)
    const requestedAt = performance.now()
    const answer = await a.post<{ job: Job }>(`/api/jobs/${id}/cancel`, { reason: 'not needed any more' })
    expect(answer.status).toBe(202)
    await viewer.done
    print(`cancel on one web process, seen on the other: ${Math.round(performance.now() - requestedAt)} ms`)
    expect(viewer.named('end').map(({ data }) => data.reason)).toEqual(['cancelled'])
    expect(difference(viewer.lines, await getLog(a, id))).toBeUndefined()
    expect(await getJob(a, id)).toMatchObject({ status: 'cancelled', cancel: { reason: 'not needed any more' } })
    expect((await a.post(`/api/jobs/${id}/cancel`, { reason: 'again' })).status).toBe(409)
  }
})

test('a queue paused through one web process starts no jobs until it is resumed through the other', async () => {
  const [a, b] = system.webs as [Node, Node]
  expect((await a.post('/api/queues/demo/pause', { reason: 'look into it' })).status).toBe(200)
  const jobs = await createJobs([b, a], 6, { lines: 1 })
  interface Queue {
    name: string
    paused: boolean
    paused_by: { reason: string } | null
    counts: { waiting: number }
  }
  const { body } = await b.get<{ items: Queue[] }>('/api/queues')
  expect(body.items.find(({ name }) => name === 'demo')).toMatchObject({
    paused: true,
    paused_by: { reason: 'look into it' },
  })
  // Another queue still runs jobs, so the workers were able to start these.
  const check = await a.post<{ job: Job }>('/api/jobs', { kind: 'health-check', input: { url: `${b.url}/healthz` } })
  await untilBothReceived('job_completed', [check.body.job.id])
  for (const { id } of jobs) expect((await getJob(b, id)).status).toBe('pending')
  expect((await b.post('/api/queues/demo/resume', { reason: 'found' })).status).toBe(200)
  await untilBothReceived('job_completed', idsOf(jobs))
})

test('concurrent requests to both web processes with one Idempotency-Key create one job', async () => {
  const body = { kind: 'demo', input: { steps: [{ name: 'work', lines: 1 }] }, reason: 'once only' }
  const requests = Array.from({ length: 20 }, (_, i) =>
    system.web(i % 2).post<{ job: Job }>('/api/jobs', body, { 'idempotency-key': 'the-same-everywhere' }),
  )
  const responses = await Promise.all(requests)
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]))
  const ids = new Set(responses.map(response => response.body.job.id))
  expect(ids.size).toBe(1)
  expect(responses.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19)
  await untilBothReceived('job_completed', [...ids])
  expect(eventCounts(feeds[0], 'job_created').get([...ids][0] ?? '')).toBe(1)
  const after = await createJob(system.web(0), { lines: 1 })
  await untilBothReceived('job_completed', [after.id])
})

import { demoLines, difference, type Job, jobAt, logAt, makeJob, makeJobs } from './jobs'
import type { Node } from './node'
import { System, tell } from './system'
import { tenantEventsOf, timesTold, Viewer } from './viewer'

/** Two web and two worker processes on one Redis and one PostgreSQL. */
let system: System
let feeds: [Viewer, Viewer]

beforeAll(async () => {
  system = await System.start({ env: { WORKER_CONCURRENCY: '2' } })
  const feed = (web: Node) => new Viewer({ topic: 'events', at: () => web })
  feeds = [feed(system.web(0)), feed(system.web(1))]
}, 150_000)

afterAll(async () => {
  await Promise.all(feeds.map(feed => feed.leave()))
  await system.stop()
})

const told = (feed: Viewer, type: string, ids: string[]) => {
  const times = timesTold(feed, type)
  return ids.every(id => times.has(id))
}
const untilBothSay = (type: string, ids: string[]) =>
  Promise.all(feeds.map(feed => feed.until(() => told(feed, type, ids))))
const idsOf = (jobs: Job[]) => jobs.map(({ id }) => id)

test('jobs made at either are run once by one of the workers, and seen at both', async () => {
  const jobs = await makeJobs(system.webs, 30, { lines: 40, interval_ms: 2 })
  const viewers = jobs.map(
    ({ id }, i) => new Viewer({ topic: `job:${id}`, at: () => system.web((i + 1) % 2) }), // where it was not made
  )
  await Promise.all(viewers.map(viewer => viewer.done))
  await untilBothSay('job_completed', idsOf(jobs))
  for (const viewer of viewers) expect(viewer.lines.map(({ message }) => message)).toEqual(demoLines(40))
  for (const feed of feeds)
    for (const type of ['job_created', 'job_started', 'job_completed'])
      expect([...timesTold(feed, type)].filter(([, times]) => times !== 1)).toEqual([])
  const ended = await Promise.all(jobs.map(({ id }, i) => jobAt(system.web(i % 2), id)))
  expect(new Set(ended.map(({ worker }) => system.workerOf(worker).pid)).size).toBe(2)
  expect(new Set(ended.map(({ attempt }) => attempt))).toEqual(new Set([1]))
  const shared = feeds.map(feed =>
    tenantEventsOf(feed).map(({ type, sequence, data }) => `${sequence} ${type} ${data.job_id}`),
  )
  const common = Math.min(...shared.map(list => list.length))
  expect(shared[0]?.slice(0, common)).toEqual(shared[1]?.slice(0, common))
})

test('a cancel asked for at one is honoured by whichever worker runs the job', async () => {
  const jobs = await makeJobs(system.webs, 4, { lines: 1_000_000, interval_ms: 20 })
  await untilBothSay('job_started', idsOf(jobs)) // all places of both workers are taken
  const [a, b] = system.webs as [Node, Node]
  const running = await Promise.all(jobs.map(({ id }) => jobAt(b, id)))
  expect(new Set(running.map(({ worker }) => worker)).size).toBe(2)
  for (const { id } of jobs) {
    const viewer = new Viewer({ topic: `job:${id}`, at: () => b })
    await viewer.until(() => viewer.lines.length > 0)
    const askedAt = performance.now()
    const answer = await a.post<{ job: Job }>(`/api/jobs/${id}/cancel`, { reason: 'not needed any more' })
    expect(answer.status).toBe(202)
    await viewer.done
    tell(`cancel at one web process -> seen at the other: ${Math.round(performance.now() - askedAt)} ms`)
    expect(viewer.named('end').map(({ data }) => data.reason)).toEqual(['cancelled'])
    expect(difference(viewer.lines, await logAt(a, id))).toBeUndefined()
    expect(await jobAt(a, id)).toMatchObject({ status: 'cancelled', cancel: { reason: 'not needed any more' } })
    expect((await a.post(`/api/jobs/${id}/cancel`, { reason: 'again' })).status).toBe(409)
  }
})

test('a queue that is paused at one starts nothing until it is resumed at the other', async () => {
  const [a, b] = system.webs as [Node, Node]
  expect((await a.post('/api/queues/demo/pause', { reason: 'look into it' })).status).toBe(200)
  const jobs = await makeJobs([b, a], 6, { lines: 1 })
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
  // Another queue works on, so the workers were there to start them.
  const check = await a.post<{ job: Job }>('/api/jobs', { kind: 'health-check', input: { url: `${b.url}/healthz` } })
  await untilBothSay('job_completed', [check.body.job.id])
  for (const { id } of jobs) expect((await jobAt(b, id)).status).toBe('pending')
  expect((await b.post('/api/queues/demo/resume', { reason: 'found' })).status).toBe(200)
  await untilBothSay('job_completed', idsOf(jobs))
})

test('an Idempotency-Key that is used at both at once makes one job', async () => {
  const body = { kind: 'demo', input: { steps: [{ name: 'work', lines: 1 }] }, reason: 'once only' }
  const asks = Array.from({ length: 20 }, (_, i) =>
    system.web(i % 2).post<{ job: Job }>('/api/jobs', body, { 'idempotency-key': 'the-same-everywhere' }),
  )
  const answers = await Promise.all(asks)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  const ids = new Set(answers.map(answer => answer.body.job.id))
  expect(ids.size).toBe(1)
  expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19)
  await untilBothSay('job_completed', [...ids])
  expect(timesTold(feeds[0], 'job_created').get([...ids][0] ?? '')).toBe(1)
  const after = await makeJob(system.web(0), { lines: 1 })
  await untilBothSay('job_completed', [after.id])
})

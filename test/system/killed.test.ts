import {
  createJob,
  demoLines,
  difference,
  expectCompleteLog,
  getAttempts,
  getJob,
  getLog,
  handlerMessages,
} from './jobs'
import { System } from './system'
import { eventCounts, statusesOf, Viewer } from './viewer'

let system: System

beforeAll(async () => {
  system = await System.start({ env: { JOB_LOCK_MS: '1000' } })
})

afterAll(() => system.stop())

const LINES = 600
/** Takes long enough to kill something in the middle, even on a busy machine. */
const STEP = { lines: LINES, interval_ms: 10 }

test('after a worker is killed, another runs the job again, and every line and change is sent once', async () => {
  const [a, b] = [system.web(0), system.web(1)]
  const feed = new Viewer({ topic: 'events', at: () => b })
  const { id } = await createJob(a, STEP)
  const viewer = new Viewer({ topic: `job:${id}`, at: () => b })
  await viewer.until(() => viewer.lines.length >= 200)
  const first = await getJob(a, id)
  await system.workerOf(first.worker).kill()
  const durable = await getLog(a, id)
  await viewer.done

  const logged = await getLog(a, id)
  expectCompleteLog(logged)
  expect(difference(logged.slice(0, durable.length), durable)).toBeUndefined()
  expect(difference(viewer.lines, logged)).toBeUndefined()
  expect(handlerMessages(logged, 1)).toEqual(demoLines(LINES).slice(0, handlerMessages(logged, 1).length))
  expect(handlerMessages(logged, 2)).toEqual(demoLines(LINES))
  const attempts = await getAttempts(a, id)
  expect(attempts.map(({ attempt, outcome }) => `${attempt} ${outcome}`)).toEqual(['1 lost', '2 completed'])
  expect(attempts[0]?.error).toMatchObject({ code: 'stalled', message: expect.stringContaining(first.worker ?? '?') })
  expect(attempts[1]?.worker).not.toBe(first.worker)
  // The first one is the state at the time of joining, whatever that was.
  const statuses = statusesOf(viewer).slice(1)
  const all = [
    'pending 0',
    'running 1',
    'running 1 running',
    'pending 1 failed',
    'running 2',
    'running 2 running',
    'running 2 completed',
    'completed 2 completed',
  ]
  expect(statuses).toEqual(all.slice(-statuses.length))
  expect(statuses.length).toBeGreaterThanOrEqual(5)
  await feed.until(() => eventCounts(feed, 'job_completed').has(id))
  expect(['job_created', 'job_started', 'job_completed'].map(type => eventCounts(feed, type).get(id))).toEqual([
    1, 2, 1,
  ])
  await feed.close()
})

test('after a web process is killed, its viewers resume on the other without a gap', async () => {
  const { id } = await createJob(system.web(1), STEP)
  const viewers = Array.from(
    { length: 10 },
    () => new Viewer({ topic: `job:${id}`, at: () => system.web(system.web(0).isRunning() ? 0 : 1) }),
  )
  await Promise.all(viewers.map((viewer, i) => viewer.until(() => viewer.lines.length >= 30 * i)))
  await system.web(0).kill()
  await Promise.all(viewers.map(viewer => viewer.done))
  const logged = await getLog(system.web(1), id)
  expectCompleteLog(logged)
  expect(handlerMessages(logged, 1)).toEqual(demoLines(LINES))
  for (const viewer of viewers) {
    expect(viewer.connections).toBe(2)
    expect(difference(viewer.lines, logged)).toBeUndefined()
    expect(viewer.named('gap').length + viewer.named('reset').length).toBe(0)
  }
})

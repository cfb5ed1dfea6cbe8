import type { Queue, QueueCounts } from '../../src/contract/queues'
import { JOB_STATUSES, QUEUE_COUNTS } from '../../src/contract/values'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { deadPort } from '../support/sites'
import { SseReader } from '../support/sse'
import { eventually } from './node'

const HOUR_MS = 60 * 60_000
const DAY_MS = 24 * HOUR_MS
const PERIOD_MS: Record<string, number> = { '1h': HOUR_MS, '24h': DAY_MS }

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let running: string
let parent: string
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
  await makeMix()
})
afterAll(() => parts?.stop())

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON comes back is what is tested
const get = async (path: string): Promise<any> => (await app.get(path)).json()

async function demo(step: object, more: object = {}): Promise<string> {
  const input = { steps: [{ name: 'load', lines: 1, ...step }] }
  const reply = await app.post('/api/jobs', { kind: 'demo', input, ...more })
  return ((await reply.json()) as { job: { id: string } }).job.id
}
const reaches = (id: string, status: string) => eventually(async () => (await get(`/api/jobs/${id}`)).status === status)

/** Jobs of every kind of end, some of which change or go after they were counted. */
async function makeMix() {
  const failed = await Promise.all([1, 2, 3].map(() => demo({ fail_rate: 1 })))
  const [good, gone] = await Promise.all([demo({}), demo({})])
  for (const id of failed) await reaches(id, 'failed')
  for (const id of [good, gone]) await reaches(id, 'completed')
  const cancelled = await demo({}, { delay_ms: 600_000 })
  await app.post(`/api/jobs/${cancelled}/cancel`, { reason: 'not needed' })
  await demo({}, { delay_ms: 600_000 })
  const [again] = failed
  await app.post(`/api/jobs/${again}/retry`, {})
  await eventually(async () => {
    const { status, attempt } = await get(`/api/jobs/${again}`)
    return status === 'failed' && attempt === 2
  })
  const check = { kind: 'health-check', input: { url: `http://127.0.0.1:${await deadPort()}/` } }
  const { job } = (await (await app.post('/api/jobs', check)).json()) as { job: { id: string } }
  await reaches(job.id, 'completed')
  parent = await demo({ children: 2, child_depth: 2, fail_rate: 1 })
  await eventually(async () => (await get(`/api/jobs?ancestor_id=${parent}&status=failed`)).items.length === 6)
  await reaches(parent, 'failed')
  const removal = { action: 'remove', filter: { ids: [gone, failed[1]] }, reason: 'tidy up' }
  const { job: bulk } = (await (await app.post('/api/jobs/actions', removal)).json()) as { job: { id: string } }
  await reaches(bulk.id, 'completed')
  await app.app.db.raw(
    `UPDATE jobs SET created_at = created_at - interval '2 hours', waited_ms = waited_ms + ${2 * HOUR_MS} WHERE id = ?`,
    [failed[2] ?? ''],
  )
  running = await demo({ lines: 100_000, interval_ms: 50 })
  await reaches(running, 'running')
}

/** As many jobs as a list with this filter has. */
async function listed(filter: Record<string, string>): Promise<number> {
  const { since, ...plain } = filter
  const query = new URLSearchParams({ ...plain, limit: '500' })
  if (since) query.set('since', new Date(Date.now() - (PERIOD_MS[since] ?? 0)).toISOString())
  return (await get(`/api/jobs?${query}`)).items.length
}

const demoOf = (queues: Pick<Queue, 'name' | 'counts'>[]) => queues.find(({ name }) => name === 'demo')?.counts
const settled = {
  ...{ scheduled: 1, pending: 0, running: 1, failed: 9, bad: 0, failed_last_hour: 8, bad_last_hour: 0 },
  ...{ delayed: 1, waiting: 0, active: 1 },
}
const counts = async (): Promise<Queue[]> =>
  eventually(async () => {
    const { items } = await get('/api/queues')
    return demoOf(items)?.running === 1 && items // they are up to a second old
  })

test('each count of a queue is what the list finds with its filter', async () => {
  const queues = await counts()
  expect(demoOf(queues)).toEqual(settled)
  expect(queues.find(({ name }) => name === 'checks')?.counts).toMatchObject({ bad: 1, bad_last_hour: 1, failed: 0 })
  for (const { name, counts } of queues)
    for (const [figure, filter] of Object.entries(QUEUE_COUNTS))
      expect([name, figure, await listed({ queue: name, ...filter })]).toEqual([
        name,
        figure,
        counts[figure as keyof QueueCounts],
      ])
})

test('causes add up to the failed jobs and bad results, and each leads to as many', async () => {
  const wrong = (await counts()).reduce((sum, { counts }) => sum + counts.failed + counts.bad, 0)
  const { items } = await get(`/api/failures?since=${new Date(Date.now() - DAY_MS).toISOString()}`)
  expect(items.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(wrong)
  for (const { status, fingerprint, count } of items)
    expect(await listed({ status, fingerprint, since: '24h' })).toBe(count)
})

test('the counts of all jobs below one are what the list finds below it, at every depth', async () => {
  const { counts: below, outcomes } = await get(`/api/jobs/${parent}/tree?limit=1`)
  expect(below).toEqual({ failed: 6 })
  expect(outcomes).toEqual({})
  for (const status of JOB_STATUSES) expect(await listed({ ancestor_id: parent, status })).toBe(below[status] ?? 0)
  expect(await listed({ parent_id: parent })).toBe(2)
})

test('events and workers tell the same numbers', async () => {
  const reader = await SseReader.open(
    `${app.url}/api/v1/stream/events?types=queue_stats,stats_updated&limit=0`,
    app.headers,
  )
  await reader.until(
    () => reader.named('queue_stats').length > 0 && reader.named('stats_updated').length > 0,
    'the figures',
  )
  const dataOf = (event: string) => reader.named(event).at(-1)?.data.data
  expect(demoOf((dataOf('queue_stats') as { queues: Queue[] }).queues)).toEqual(settled)
  const open = { scheduled: await listed({ status: 'scheduled' }), pending: 0, running: 1 }
  expect(dataOf('stats_updated')).toMatchObject({ jobs: open })
  await reader.close()
  const { items } = await get('/api/workers')
  expect(items.reduce((sum: number, worker: { running: number }) => sum + worker.running, 0)).toBe(1)
})

test('run and wait times are the same wherever they are told, and a retry does not add to the wait', async () => {
  const { items } = await get('/api/jobs?limit=500')
  for (const job of items) {
    const { started_at, ended_at, ran_ms, waited_ms } = job
    if (started_at === null || ended_at === null) expect(ran_ms).toBeNull()
    else expect(ran_ms).toBe(Date.parse(ended_at) - Date.parse(started_at))
    const attempts = (await get(`/api/jobs/${job.id}/attempts`)).items
    if (attempts.length === 0) continue
    expect(attempts.at(-1)).toMatchObject({ started_at, ended_at })
    const due = Date.parse(job.created_at)
    expect(waited_ms).toBe(Date.parse(attempts[0].started_at) - due)
  }
  expect(items.some(({ attempt }: { attempt: number }) => attempt === 2)).toBe(true)
})

import { DEFAULT_TENANT_ID } from '../../src/api'
import { retentionSwept } from '../../src/contract/retention'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { SseReader } from '../support/sse'
import { metricOf } from '../support/streams'
import { begin, Clock, countOf, demo, ended, figures, sweep } from './clock'

/** One installation over a year: each test starts at the time where the previous one left the clock. */
const clock = new Clock()
let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
const made = { completed: '', failed: '', parent: '', child: '', running: '' }
/** Resume ids of readers that left on the first day. */
const places = { completed: '', running: '', events: '' }

const exists = async (id: string) => (await app.get(`/api/jobs/${id}`)).status === 200
const linesOf = (id: string) => `${app.url}/api/jobs/${id}/logs/stream?limit=all`
const events = () => `${app.url}/api/stream?topic=events&limit=all`
const open = (url: string, id?: string) =>
  SseReader.open(url, { ...app.headers, ...(id !== undefined && { 'last-event-id': id }) })

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ SHUTDOWN_TIMEOUT_MS: '1000' }, clock.now)
  made.completed = await demo(app, { lines: 50 }, { 'idempotency-key': 'once' })
  made.failed = await demo(app, { lines: 4, fail_rate: 1 })
  made.running = await begin(app, { lines: 1_000, interval_ms: 60_000 })
  made.parent = await begin(app, { lines: 2, interval_ms: 60_000, child_depth: 1, children: 1 })
  await app.app.db('sign_in_codes').insert({
    code_hash: 'a code',
    user_id: (await app.app.db('users').first('id')).id,
    expires_at: new Date(Date.now() + 60_000),
  })
  const timing = {
    queue: 'demo',
    minute: new Date(),
    process: 'gone',
    tenant_id: DEFAULT_TENANT_ID,
    wait: [1],
    run: [1],
  }
  await app.app.db('job_timings').insert(timing)
  const ofParent = () => app.app.jobs.list(DEFAULT_TENANT_ID, { parent_id: made.parent }, { limit: 5 })
  await eventually(async () => (await ofParent()).items.length === 1, 'a child')
  made.child = (await ofParent()).items[0]?.id ?? ''
  await app.post(`/api/jobs/${made.child}/cancel`, { reason: 'to have ended before its parent' })
  await ended(app, made.child)
})
afterAll(() => parts.stop())

test('nothing is overdue on the first day, and the schedule is set', async () => {
  const run = await sweep(app, { dry_run: true })
  expect(run.status).toBe('completed')
  expect(Object.values(run.result.counts).every(count => count === 0)).toBe(true)
  const { next_sweep_at, policies, of } = await figures(app)
  expect(new Date(next_sweep_at ?? 0).getUTCMinutes()).toBe(17)
  expect(policies.map(({ lag_seconds }) => lag_seconds).every(lag => lag === 0)).toBe(true)
  expect(of('audit_log')).toMatchObject({
    keep_seconds: 365 * 86_400,
    source: 'default',
    setting: 'RETENTION_AUDIT_DAYS',
  })
  expect(of('bullmq_records')).toMatchObject({ keep_seconds: 86_400, source: 'fixed', setting: null })
  expect(of('stream_entries').bytes).toBeGreaterThan(0)
})

test('after three days, keys, codes, durations and records in Redis are removed, and nothing else', async () => {
  const reader = await open(linesOf(made.completed))
  await reader.finished
  places.completed = reader.lastId
  const running = await open(linesOf(made.running))
  await running.next('status')
  places.running = running.lastId
  await running.close()
  const feed = await open(events())
  await feed.until(() => feed.named('job_completed').length > 0)
  places.events = feed.lastId
  await feed.close()
  clock.days = 3
  const { engine } = app.app.jobs
  const schedulers = await engine.queue('schedules').getJobSchedulersCount()
  expect((await figures(app)).of('job_history').lag_seconds).toBe(0)
  const run = await sweep(app)
  expect(run).toMatchObject({ status: 'completed', error: null })
  expect(run.result.counts).toMatchObject({
    stream_entries: 0,
    job_history: 0,
    failed_jobs: 0,
    idempotency_keys: 1,
    queue_durations: expect.any(Number),
    sign_in_codes: 1,
    audit_log: 0,
  })
  expect(run.result.counts.bullmq_records).toBeGreaterThanOrEqual(3)
  expect(run.steps.map(({ name }) => name)).toEqual((await figures(app)).policies.map(({ target }) => target))
  expect(await countOf(app, 'job_keys')).toBe(0)
  expect(await engine.queue('demo').getJobCounts('completed', 'failed')).toMatchObject({ completed: 0, failed: 0 })
  expect(await engine.queue('demo').getActiveCount()).toBe(2)
  expect(await engine.queue('schedules').getJobSchedulersCount()).toBe(schedulers)
  for (const id of [made.completed, made.failed, made.running, made.parent]) expect(await exists(id)).toBe(true)
})

test('after nine days, whole days of lines are dropped, and resuming readers get a gap', async () => {
  clock.days = 9
  expect((await figures(app)).of('stream_entries').lag_seconds).toBeGreaterThan(0)
  expect(await metricOf(app, 'tailrace_retention_lag_seconds', { target: 'stream_entries' })).toBeGreaterThan(0)
  const before = await countOf(app, 'stream_entries')
  const dry = await sweep(app, { dry_run: true })
  expect(dry.result.counts.stream_entries).toBeGreaterThanOrEqual(before)
  const run = await sweep(app)
  expect(run.result.counts.stream_entries).toBeGreaterThanOrEqual(before)
  expect(await metricOf(app, 'tailrace_retention_deleted_total', { target: 'stream_entries' })).toBe(
    run.result.counts.stream_entries,
  )
  const own = 'topic_id = (SELECT id FROM stream_topics WHERE name = ?)'
  expect(await countOf(app, 'stream_entries', own, [`job:${made.completed}`])).toBe(0)
  expect(await exists(made.completed)).toBe(true)

  const [epoch = ''] = places.completed.split('.')
  const back = await open(linesOf(made.completed), `${epoch}.3`)
  await back.finished
  const gap = (await back.next('gap')).data
  expect(gap).toMatchObject({ from_seq: 4, reason: 'retention' })
  expect(gap.missed).toBe((gap.to_seq as number) - 3)
  expect(back.lines).toEqual([])
  const fresh = await open(linesOf(made.completed))
  await fresh.finished
  expect(fresh.events.map(({ event }) => event)).toEqual(['status', 'end'])
  const feed = await open(events(), `${places.events.split('.')[0]}.1`)
  expect((await feed.next('gap')).data).toMatchObject({ from_seq: 2 })
  await feed.until(() => feed.named('retention_swept').length > 0)
  const swept = feed.named('retention_swept')[0]?.data
  expect(retentionSwept.parse(swept?.data)).toEqual(swept?.data) // it has nothing else
  expect(swept).toMatchObject({
    type: 'retention_swept',
    source: 'retention',
    tenant_id: DEFAULT_TENANT_ID,
    data: { job_id: run.id, deleted: run.result.counts },
  })
  await feed.close()
})

test('after five weeks, completed jobs are removed with their topics; failed, active and waiting ones stay', async () => {
  clock.days = 35
  expect(await countOf(app, 'job_attempts')).toBe(0)
  const retried = await app.post(`/api/jobs/${made.failed}/retry`, {})
  expect(retried.status).toBe(202)
  await eventually(async () => (await countOf(app, 'job_attempts')) === 1, 'the attempt before the retry')
  await ended(app, made.failed)
  const run = await sweep(app)
  expect(run).toMatchObject({ status: 'completed', error: null })
  expect(run.result.counts.job_history).toBeGreaterThan(0)
  expect(await exists(made.completed)).toBe(false)
  for (const id of [made.failed, made.running, made.parent, made.child]) expect(await exists(id)).toBe(true)
  const topics = await countOf(app, 'stream_topics', 'name = ?', [`job:${made.completed}`])
  expect(topics).toBe(0)
  for (const id of [made.failed, made.running, made.parent])
    expect(await countOf(app, 'stream_topics', 'name = ?', [`job:${id}`])).toBe(1)
  expect(await countOf(app, 'job_schedules')).toBe(1)
})

test('after fourteen weeks, failed jobs are removed with their attempts, and after a year the audit log', async () => {
  clock.days = 98
  const run = await sweep(app)
  expect(run.result.counts.failed_jobs).toBeGreaterThan(0)
  expect(await exists(made.failed)).toBe(false)
  expect(await countOf(app, 'job_attempts')).toBe(0)
  expect(run.result.counts.audit_log).toBe(0)
  clock.days = 370
  const last = await sweep(app)
  expect(last.result.counts.audit_log).toBeGreaterThan(0)
  for (const id of [made.running, made.parent]) expect(await exists(id)).toBe(true)
})

test('each run has one audit record with its reason and what it removed', async () => {
  clock.days = 0
  const run = await sweep(app)
  const { items } = (await (await app.get(`/api/audit?target_id=${run.id}`)).json()) as { items: unknown[] }
  expect(items).toHaveLength(2)
  expect(items).toContainEqual(expect.objectContaining({ action: 'retention.run', reason: 'a test' }))
  expect(items).toContainEqual(
    expect.objectContaining({
      action: 'retention.sweep',
      result: 'ok',
      reason: 'a test',
      data: expect.objectContaining({ counts: run.result.counts }),
    }),
  )
})

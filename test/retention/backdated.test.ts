import { randomUUID } from 'node:crypto'
import { v7 } from 'uuid'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { newId } from '../../src/base/ids'
import { z } from '../../src/base/parse'
import { ensurePartitions } from '../../src/base/partitions'
import { oneRow } from '../../src/base/rows'
import type { TestApp } from '../support/app'
import {
  append,
  messages,
  newJobTopic,
  newTopic,
  numbered,
  numberedMessages,
  openStream,
  streamApps,
} from '../support/streams'
import { countOf, figures, sweep } from './clock'

/** Backdated rows, swept with the real clock. */
const DAY_MS = 86_400_000
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS)
const tenantId = DEFAULT_TENANT_ID
let parts: Awaited<ReturnType<typeof streamApps>>
let app: TestApp
beforeAll(async () => {
  parts = await streamApps()
  // Open jobs that these tests insert are not in BullMQ: the reconciler would end them.
  const settings = { RECONCILE_MS: '600000' }
  app = await parts.start({ ...settings, RETENTION_EVENTS_DAYS: '1', RETENTION_LOGS_DAYS: '3' })
})
afterAll(() => parts.stop())

/** Backdates the first entries of a topic, up to the end of a flush. */
async function age(name: string, upTo: number, days: number) {
  await app.app.db.raw(
    `UPDATE stream_chunks c SET first_at = first_at - :days * interval '1 day', last_at = last_at - :days * interval '1 day'
     FROM stream_topics t
     WHERE t.id = c.topic_id AND t.name = :name AND t.tenant_id = :tenantId AND c.last_seq <= :upTo`,
    { days, name, tenantId, upTo },
  )
}

const entriesOf = (name: string) =>
  countOf(app, 'stream_entries', 'topic_id = (SELECT id FROM stream_topics WHERE name = ?)', [name])

async function insertJob(job: Record<string, unknown>, madeDaysAgo: number): Promise<string> {
  const id = v7({ msecs: daysAgo(madeDaysAgo).getTime() })
  await app.app.db('jobs').insert({
    tenant_id: tenantId,
    id,
    root_id: id,
    kind: 'demo',
    queue: 'demo',
    status: 'completed',
    max_attempts: 1,
    priority: 0,
    input: '{}',
    created_by: JSON.stringify({ type: 'system', id: 'test', name: 'test' }),
    created_at: daysAgo(madeDaysAgo),
    ended_at: daysAgo(madeDaysAgo),
    ...job,
  })
  return id
}

const left = async (ids: string[]) => {
  const found: { id: string }[] = await app.app.db('jobs').select('id').whereIn('id', ids)
  return ids.filter(id => found.some(row => row.id === id))
}

test.each(['a partition of its day', 'the default partition'])(
  'old lines in %s are removed, new ones of the same topic stay, and a gap tells resuming readers exactly what they missed',
  async place => {
    const days = place.startsWith('a') ? 6 : 9
    if (days === 6) await ensurePartitions(app.app.db, 'stream_chunks', daysAgo(6))
    const topic = await newJobTopic(app)
    await append(app, topic, numbered(1, 60))
    await append(app, topic, numbered(61, 40))
    const probe = await openStream(app, topic, 'limit=1')
    const [epoch] = (await probe.next('logs')).id.split('.')
    await probe.close()
    await age(topic.name, 60, days)
    const watching = await openStream(app, topic, 'limit=0')
    const { result } = await sweep(app)
    expect(result.counts.stream_entries).toBeGreaterThanOrEqual(60)
    expect(await entriesOf(topic.name)).toBe(40)
    expect(await countOf(app, 'pg_class', 'relname = ?', [partitionOf(daysAgo(6))])).toBe(0)
    const back = await openStream(app, topic, '', { 'last-event-id': `${epoch}.20` })
    await back.until(() => back.lines.length === 40)
    expect((await back.next('gap')).data).toMatchObject({ from_seq: 21, to_seq: 60, missed: 40, reason: 'retention' })
    expect(messages(back)).toEqual(numberedMessages(61, 40))
    await append(app, topic, numbered(101, 1))
    await watching.until(() => watching.lines.length === 1)
    expect(watching.named('gap')).toEqual([]) // it has missed nothing
    await Promise.all([back.close(), watching.close()])
  },
)

test('chunks of a quiet topic are merged once their day is over, and read as before', async () => {
  await ensurePartitions(app.app.db, 'stream_chunks', daysAgo(2))
  const topic = await newJobTopic(app)
  for (let i = 1; i <= 20; i++) {
    const step = i === 5 ? { step: 'a,"b"\n' } : {}
    await append(app, topic, [{ ...step, kind: 'log', level: i === 7 ? 'error' : 'info', message: `line ${i}` }])
    if (i % 4 === 0) await append(app, topic, [{ kind: 'progress', data: { progress: { done: i } } }])
  }
  const readAll = async (query: string) => {
    const reader = await openStream(app, topic, `limit=all&types=log&${query}`)
    await append(app, topic, [{ kind: 'log', level: 'error', message: 'last line 1', step: 'a,"b"\n' }])
    await reader.until(() => reader.lines.at(-1)?.message === 'last line 1')
    await reader.close()
    return reader.lines.filter(({ message }) => message !== 'last line 1')
  }
  const queries = ['', 'level=error', `step=${encodeURIComponent('a,"b"\n')}`, 'q=LINE 1']
  const before = []
  for (const query of queries) before.push(await readAll(query))
  expect(before.map(({ length }) => length)).toEqual([20, 1, 1, 11])
  await age(topic.name, 25, 2)
  const { result } = await sweep(app)
  expect(result.counts.mergeable_chunks).toBeGreaterThanOrEqual(24)
  const own = 'topic_id = (SELECT id FROM stream_topics WHERE name = ?)'
  expect(await countOf(app, 'stream_chunks', `${own} AND last_seq <= 25`, [topic.name])).toBe(1)
  for (const [i, query] of queries.entries()) expect(await readAll(query)).toEqual(before[i])
  expect((await sweep(app)).result.counts.mergeable_chunks).toBe(0)
})

const partitionOf = (at: Date) => `stream_chunks_${at.toISOString().slice(0, 10).replaceAll('-', '')}`

test('a day whose entries are in the default partition does not prevent partitions of later days', async () => {
  const topic = newTopic()
  await append(app, topic, numbered(1, 3))
  const db = app.app.db
  const far = new Date(Date.now() + 50 * DAY_MS)
  await age(topic.name, 3, -50)
  await ensurePartitions(db, 'stream_chunks', far)
  expect(await countOf(app, 'pg_class', 'relname = ?', [partitionOf(far)])).toBe(0)
  expect(await countOf(app, 'pg_class', 'relname = ?', [partitionOf(new Date(far.getTime() + DAY_MS))])).toBe(1)
  expect(await entriesOf(topic.name)).toBe(3)
})

test('an entry is stored under the day it was written, whatever its time says', async () => {
  const topic = newTopic()
  await append(app, topic, [{ kind: 'log', message: 'from the past', at: daysAgo(300) }])
  expect(await countOf(app, 'stream_entries', 'message = ? AND at > ?', ['from the past', daysAgo(1)])).toBe(1)
})

test('tenant events are kept for less time than lines, and are removed from the beginning', async () => {
  const topic = { tenantId, name: 'events' }
  const events = (length: number) =>
    Array.from({ length }, () => ({
      kind: 'retention_swept',
      source: 'test',
      data: { labels: {}, data: { job_id: newId(), deleted: {}, failed: [] } },
    }))
  await append(app, topic, events(2_400))
  await append(app, topic, events(100))
  const head = await oneRow(
    app.app.db,
    z.object({ id: z.number(), last_seq: z.number() }),
    'SELECT id, last_seq FROM stream_topics WHERE name = ? AND tenant_id = ?',
    ['events', tenantId],
  )
  const upTo = head.last_seq - 100
  await age('events', upTo, 2.5)
  const { result } = await sweep(app)
  expect(result.counts.tenant_events).toBeGreaterThan(2_000)
  const first = await app.app.db('stream_topics').where('id', head.id).first('first_seq')
  expect(first?.first_seq).toBe(upTo + 1)
  expect(await countOf(app, 'stream_entries', 'topic_id = ? AND seq <= ?', [head.id, upTo])).toBe(0)
})

test('job trees are removed as a whole, but never the parent or child of an open job, or the last run of a schedule', async () => {
  const tree = await insertJob({}, 40)
  const branch = await insertJob({ parent_id: tree, root_id: tree }, 40)
  const leaves = await Promise.all([1, 2, 3].map(() => insertJob({ parent_id: branch, root_id: tree }, 40)))
  const endedParent = await insertJob({}, 40)
  const liveChild = await insertJob(
    { parent_id: endedParent, root_id: endedParent, ended_at: null, status: 'running', awaits_children: true },
    40,
  )
  const liveParent = await insertJob({ ended_at: null, status: 'running', awaits_children: true }, 40)
  const endedChild = await insertJob({ parent_id: liveParent, root_id: liveParent }, 40)
  const failedChild = await insertJob(
    { parent_id: liveParent, root_id: liveParent, status: 'failed', error: '{}' },
    200,
  )
  const scheduled = await insertJob({}, 40)
  const retried = await insertJob({ ended_at: daysAgo(1) }, 40)
  const foreign = await insertJob({ tenant_id: randomUUID() }, 40)
  await app.app.db('job_schedules').insert({
    id: v7(),
    tenant_id: tenantId,
    name: 'yearly',
    kind: 'demo',
    input: '{}',
    cron: '0 0 1 1 *',
    created_by: JSON.stringify({ type: 'system', id: null, name: 'test' }),
    last_job_id: scheduled,
  })
  const gone = [tree, branch, ...leaves]
  const kept = [endedParent, liveChild, liveParent, endedChild, failedChild, scheduled, retried, foreign]
  const dry = await sweep(app, { dry_run: true })
  expect(dry.result.counts).toMatchObject({ job_history: 5, failed_jobs: 0 })
  const { result } = await sweep(app)
  expect(result.counts).toMatchObject({ job_history: 5, failed_jobs: 0 })
  expect(await left(gone)).toEqual([])
  expect(await left(kept)).toEqual(kept)
  await app.app.db('jobs').whereIn('id', kept).delete()
})

test('many rows are removed in batches, and the figures show what is left', async () => {
  const old = daysAgo(400)
  await app.app.db.raw(
    `INSERT INTO audit_log (id, tenant_id, at, actor_type, actor_name, action, result)
     SELECT ('017f22e2-79b0-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ?, ?, 'system', 'test', 'test.done', 'ok'
     FROM generate_series(1, 4000) n`,
    [tenantId, old],
  )
  await sweep(app, { dry_run: true })
  const before = (await figures(app)).of('audit_log')
  expect(before.dry_run?.deletable).toBe(4_000)
  expect(new Date(before.oldest_kept_at ?? 0)).toEqual(old)
  expect(before.lag_seconds).toBeGreaterThan(34 * 86_400)
  const { result } = await sweep(app)
  expect(result.counts.audit_log).toBe(4_000)
  const after = (await figures(app)).of('audit_log')
  expect(after).toMatchObject({ lag_seconds: 0, last_sweep: { deleted: 4_000 }, error: null })
})

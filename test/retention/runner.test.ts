import { once } from 'node:events'
import { createDb } from '../../src/base/db'
import { DAY_MS, ensurePartitions } from '../../src/base/partitions'
import type { RetentionTarget } from '../../src/base/retention'
import { readConfig } from '../../src/config'
import { Pace } from '../../src/retention/pace'
import { policiesOf } from '../../src/retention/policies'
import { withLock } from '../../src/retention/store'
import { sweepTarget } from '../../src/retention/sweep'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { compileProgram, eventually, startProgram } from '../support/programs'
import { countOf, ended, figures, sweep } from './clock'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts.stop())

const manyOldRows = () =>
  app.app.db.raw(
    `INSERT INTO audit_log (id, tenant_id, at, actor_type, actor_name, action, result)
     SELECT ('017f22e2-79b0-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, t.id, '2022-03-01', 'system', 'test', 'old', 'ok'
     FROM generate_series(1, 20000) n, (SELECT id FROM tenants ORDER BY id LIMIT 1) t`,
  )

const post = (body: unknown) => app.post('/api/retention/run', body)

function target(sweepOnce: RetentionTarget['sweep']): RetentionTarget {
  const measure = { oldest: null, rows: null, bytes: null }
  return {
    name: 'stub',
    summary: '',
    keep: { fixedMs: 0 },
    measure: async () => measure,
    count: async () => 0,
    sweep: sweepOnce,
  }
}

const options = (signal = new AbortController().signal, onBatch = async (_: number) => undefined as unknown) => ({
  before: new Date(),
  signal,
  onBatch,
})

test('batches double while they are fast, are halved when slow, and are followed by a pause of the same length', () => {
  const pace = new Pace()
  expect([pace.after(5), pace.rows]).toEqual([10, 1_000])
  expect([pace.after(5), pace.rows]).toEqual([10, 1_000])
  expect([pace.after(300), pace.rows]).toEqual([300, 1_000])
  expect([pace.after(800), pace.rows]).toEqual([800, 500])
  expect([pace.after(9_000), pace.rows]).toEqual([2_000, 250])
  for (let i = 0; i < 20; i++) pace.after(9_000)
  expect(pace.rows).toBe(20)
})

test('a blocked batch is retried, each time smaller', async () => {
  const limits: number[] = []
  const busy = Object.assign(new Error('lock'), { code: '55P03' })
  await sweepTarget(
    target(async (_before, limit) => {
      limits.push(limit)
      if (limits.length < 4) throw busy
      return { deleted: 1, next: null }
    }),
    options(),
  )
  expect(limits).toEqual([500, 250, 125, 62])
  await expect(
    sweepTarget(
      target(() => Promise.reject(busy)),
      options(),
    ),
  ).rejects.toBe(busy)
  const bug = new Error('a bug')
  let tries = 0
  const failing = target(async () => {
    tries++
    throw bug
  })
  await expect(sweepTarget(failing, options())).rejects.toBe(bug)
  expect(tries).toBe(1)
})

test('an aborted sweep ends between two batches', async () => {
  const controller = new AbortController()
  let batches = 0
  const endless = target(async () => {
    batches++
    return { deleted: 1, next: '' }
  })
  const onBatch = async () => batches === 3 && controller.abort(new Error('enough'))
  await expect(sweepTarget(endless, options(controller.signal, onBatch))).rejects.toThrow()
  expect(batches).toBe(3)
})

test('retention settings that contradict each other prevent the start, and each is named', () => {
  const read = () => readConfig({ RETENTION_LOGS_DAYS: '40', RETENTION_FAILED_DAYS: '20', RETENTION_AUDIT_DAYS: '10' })
  expect(read).toThrow('RETENTION_LOGS_DAYS: must not be more than RETENTION_JOBS_DAYS, which is 30')
  expect(read).toThrow('RETENTION_JOBS_DAYS: must not be more than RETENTION_FAILED_DAYS, which is 20')
  expect(read).toThrow('RETENTION_FAILED_DAYS: must not be more than RETENTION_AUDIT_DAYS, which is 10')
  expect(() => readConfig({ RETENTION_LOGS_DAYS: '0' })).toThrow('RETENTION_LOGS_DAYS')
  const { retention } = readConfig({ RETENTION_JOBS_DAYS: '60' }).config
  const [stub] = policiesOf(
    [{ ...target(async () => ({ deleted: 0, next: null })), keep: { term: 'jobs' } }],
    retention,
  )
  expect(stub).toMatchObject({ source: 'setting', setting: 'RETENTION_JOBS_DAYS', keepMs: 60 * DAY_MS })
})

test('a sweep needs neither a reason nor a body', async () => {
  const headers = { authorization: `Bearer ${app.token}` }
  const response = await fetch(`${app.url}/api/retention/run`, { method: 'POST', headers })
  expect(response.status).toBe(202)
  const { job } = (await response.json()) as { job: { id: string } }
  expect((await ended(app, job.id)).status).toBe('completed')
})

test('only an admin of the default tenant may sweep', async () => {
  const made = await app.post('/api/tokens', { name: 'reader', role: 'operator' })
  const { secret } = (await made.json()) as { secret: string }
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ reason: 'not allowed' })
  expect((await fetch(`${app.url}/api/retention/run`, { method: 'POST', headers, body })).status).toBe(403)
  expect((await fetch(`${app.url}/api/retention`, { headers })).status).toBe(200)
  const direct = await app.post('/api/jobs', { kind: 'cleanup', input: {} })
  expect([400, 403, 404]).toContain(direct.status)
})

test('one sweep at a time: a second request gets the same job, and another process waits for its turn', async () => {
  let finish: () => void = () => undefined
  const until = new Promise<void>(resolve => {
    finish = resolve
  })
  const elsewhere = createDb(parts.where.databaseUrl, 1)
  const holding = withLock(elsewhere, () => until)
  await eventually(async () => (await countOf(app, 'pg_locks', "locktype = 'advisory' AND granted")) > 0, 'the lock')
  const bodies = await Promise.all([post({ reason: 'one' }), post({ reason: 'two' })])
  const ids = await Promise.all(bodies.map(async each => ((await each.json()) as { job: { id: string } }).job.id))
  expect(new Set(ids).size).toBe(1)
  const [id = ''] = ids
  expect((await figures(app)).running_job_id).toBe(id)
  await eventually(
    async () => (await countOf(app, 'jobs', "id = ? AND error LIKE '%Another process%'", [id])) === 1,
    'a first attempt',
  )
  finish()
  await holding
  await elsewhere.destroy()
  expect((await ended(app, id)).status).toBe('completed')
})

test('a blocked target is reported, and the others are swept', async () => {
  const { db } = app.app
  const old = new Date(Date.now() - 20 * DAY_MS)
  await ensurePartitions(db, 'stream_chunks', old)
  const name = `stream_chunks_${old.toISOString().slice(0, 10).replaceAll('-', '')}`
  const reader = await db.transaction()
  await reader.raw('SET LOCAL idle_in_transaction_session_timeout = 0') // so that it keeps its lock
  await reader.raw(`SELECT count(*) FROM ${name}`)
  const failed = await sweep(app).finally(() => reader.rollback())
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'targets_failed' } })
  expect(failed.steps.find(({ name }) => name === 'stream_entries')?.status).toBe('failed')
  expect(failed.steps.filter(({ status }) => status === 'completed')).toHaveLength(failed.steps.length - 1)
  expect((await figures(app)).of('stream_entries').error?.message).toMatch(/lock timeout/)
  const audited = await db('audit_log').where({ target_id: failed.id, action: 'retention.sweep' })
  expect(audited).toMatchObject([{ result: 'failed' }])
  const next = await sweep(app)
  expect(next.status).toBe('completed')
  expect((await figures(app)).of('stream_entries').error).toBeNull()
  expect(await countOf(app, 'pg_class', 'relname = ?', [name])).toBe(0)
})

test('a cancelled sweep stops between batches, and the audit log has what it removed', async () => {
  const { db } = app.app
  await manyOldRows()
  const { job } = (await (await post({ reason: 'to be cancelled' })).json()) as { job: { id: string } }
  await eventually(async () => (await countOf(app, 'audit_log', "action = 'old'")) < 20_000, 'a first batch')
  await app.post(`/api/jobs/${job.id}/cancel`, { reason: 'enough' })
  expect((await ended(app, job.id)).status).toBe('cancelled')
  const rest = await countOf(app, 'audit_log', "action = 'old'")
  expect(rest).toBeGreaterThan(0)
  const [row] = await db('audit_log').where({ target_id: job.id, action: 'retention.sweep' })
  expect(row.result).toBe('failed')
  expect(JSON.parse(row.data)).toMatchObject({ interrupted: true, counts: { audit_log: 20_000 - rest } })
  await sweep(app)
})

test('after kill -9 during a sweep the lock is free, and the next sweep removes the rest', async () => {
  const { db } = app.app
  await manyOldRows()
  const file = await compileProgram('test/retention/sweeper.ts')
  const program = startProgram([process.execPath, file], { DATABASE_URL: parts.where.databaseUrl })
  await program.ready
  expect(await withLock(db, async () => true)).toBeUndefined()
  program.process.kill('SIGKILL')
  await once(program.process, 'close')
  const rest = await countOf(app, 'audit_log', "action = 'old'")
  expect(rest).toBeGreaterThan(0)
  expect(rest).toBeLessThan(20_000)
  await eventually(async () => (await withLock(db, async () => true)) === true, 'a free lock')
  const { result } = await sweep(app)
  expect(result.counts.audit_log).toBe(rest)
  expect(await countOf(app, 'audit_log', "action = 'old'")).toBe(0)
})

import { z } from 'zod'
import { query } from '../../../src/fleet'
import { bulkAction, defineKind, demo, handle } from '../../../src/jobs'
import { healthCheck } from '../../../src/monitors'
import { cleanup } from '../../../src/retention'
import { scripted } from '../kinds'
import { createPlace, entriesOf, type TestNode, untilState } from '../node'

const measured = defineKind({
  name: 'measured',
  queue: 'demo',
  input: z.strictObject({ level: z.enum(['ok', 'warn', 'bad']), text: z.string(), child: z.unknown().optional() }),
  outcome: ({ level, text }: { level: 'ok' | 'warn' | 'bad'; text: string }) => ({ level, text }),
})
const handlers = [
  ...scripted,
  handle(measured, async (run, { level, text, child }) => {
    if (child !== undefined) await run.spawn(measured, child as never)
    return { level, text }
  }),
] as const

let place: Awaited<ReturnType<typeof createPlace>>
let node: TestNode
beforeAll(async () => {
  place = await createPlace()
  node = await place.start({ handlers })
})
afterAll(() => place.stop())

const run = async (level: 'ok' | 'warn' | 'bad', text: string) => {
  const { job } = await node.jobs.enqueue(measured, { level, text }, node.by)
  return untilState(node, job.id, 'completed')
}
const [act] = scripted.map(({ kind }) => kind)

describe('a job', () => {
  test('that completed says whether its result is good, in its resource, its status and the event of its end', async () => {
    const outcome = { level: 'bad', text: 'connection refused' }
    const job = await run('bad', 'connection refused')
    expect(job).toMatchObject({ status: 'completed', error: null, outcome })
    const statuses = (await entriesOf(node, `job:${job.id}`)).filter(({ kind }) => kind === 'status')
    expect(statuses.at(-1)?.data.job).toMatchObject({ status: 'completed', outcome })
    for (const { data } of statuses.slice(0, -1)) expect(data.job.outcome).toBeUndefined()
    const events = (await entriesOf(node, 'events')).filter(({ data }) => data.data.job_id === job.id)
    expect(events.at(-1)).toMatchObject({ kind: 'job_completed', data: { data: { outcome } } })
    const { job: root } = await node.jobs.tree({ tenantId: place.tenantId, id: job.id })
    expect(root.outcome).toEqual(outcome)
  })

  test('that failed or was cancelled has an outcome, too, until it is retried', async () => {
    if (!act) throw new Error('no kind')
    const failed = (await node.jobs.enqueueAny(act, { does: 'throw' }, node.by)).job
    expect(await untilState(node, failed.id, 'failed')).toMatchObject({ outcome: { level: 'bad', text: 'as asked' } })
    const { job } = await node.jobs.enqueueAny(act, {}, { ...node.by, delayMs: 60_000 })
    expect(job.outcome).toBeNull()
    const ref = { tenantId: place.tenantId, id: job.id }
    const cancelled = await node.jobs.cancel(ref, { reason: 'not needed', by: node.by.createdBy })
    expect(cancelled.outcome).toEqual({ level: 'warn', text: 'Cancelled by test: not needed' })
    expect((await node.jobs.retry(ref, node.by.createdBy)).outcome).toBeNull()
    expect((await untilState(node, job.id, 'completed')).outcome).toEqual({ level: 'ok', text: 'Done' })
  })

  test('that waits for its children has none yet', async () => {
    const child = { level: 'ok', text: 'child', child: undefined }
    await node.jobs.queueControl.pause('demo', { reason: 'hold', by: node.by.createdBy })
    const { job } = await node.jobs.enqueue(measured, { level: 'warn', text: 'parent', child }, node.by)
    await node.jobs.queueControl.resume('demo', { reason: 'go', by: node.by.createdBy })
    expect(await untilState(node, job.id, 'completed')).toMatchObject({ outcome: { level: 'warn', text: 'parent' } })
    const waiting = (await entriesOf(node, `job:${job.id}`)).filter(
      ({ kind, data }) => kind === 'status' && data.job.status === 'running',
    )
    expect(waiting.length).toBeGreaterThan(0)
    for (const { data } of waiting) expect(data.job.outcome).toBeUndefined()
  })

  test('says it in one line that can be stored, without secrets', async () => {
    const text = `a\0b\ud800\nc password=hunter2 ${'x'.repeat(300)}`
    const { outcome } = await run('warn', text)
    expect(outcome?.text).toMatch(/^a\ufffdb\ufffd c password=\[redacted\] x+…$/)
    expect([...(outcome?.text ?? '')]).toHaveLength(200)
  })

  test('is found by the level of its outcome', async () => {
    const [ok, warn, bad] = [await run('ok', '1'), await run('warn', '2'), await run('bad', '3')]
    const ids = [ok.id, warn.id, bad.id]
    const found = async (...outcome: ('ok' | 'warn' | 'bad')[]) =>
      (await node.jobs.list(place.tenantId, { ids, outcome }, { limit: 10 })).items.map(({ id }) => id)
    expect(await found('ok')).toEqual([ok.id])
    expect(await found('bad')).toEqual([bad.id])
    expect(await found('warn', 'ok')).toEqual([warn.id, ok.id])
    const open = (await node.jobs.enqueue(measured, { level: 'ok', text: '' }, { ...node.by, delayMs: 60_000 })).job
    const all = await node.jobs.list(place.tenantId, { ids: [open.id], outcome: ['ok', 'warn', 'bad'] }, { limit: 10 })
    expect(all.items).toEqual([])
  })
})

describe('what a result means', () => {
  const counts = { pending: 0, sent: 0, completed: 0, no_rows: 0, failed: 0, denylisted: 0, offline: 0, expired: 0 }
  const ofQuery = (states: Partial<typeof counts>, rows = 0) => {
    const targets = Object.values(states).reduce((sum, count) => sum + count, 0)
    return query.outcome({ query_id: 'q', targets, ...counts, ...states, rows })
  }
  const check = { status_code: 200, latency_ms: 120, warnings: [], error: null }
  const ofCheck = (result: object) => healthCheck.outcome({ ...check, ...result } as never)

  test('of a query is about its hosts', () => {
    expect(ofQuery({ completed: 59, no_rows: 1 }, 1_203)).toEqual({ level: 'ok', text: '1,203 rows from 60 hosts' })
    expect(ofQuery({ failed: 60 })).toEqual({ level: 'bad', text: '60 of 60 hosts failed' })
    expect(ofQuery({ failed: 40, offline: 20 })).toEqual({ level: 'bad', text: '40 of 60 hosts failed, 20 offline' })
    expect(ofQuery({ completed: 1, expired: 1 }, 1)).toEqual({
      level: 'warn',
      text: '1 of 2 hosts did not answer; 1 row from 1 host',
    })
  })

  test('of a check is what the server answered', () => {
    expect(ofCheck({})).toEqual({ level: 'ok', text: '200 in 120 ms' })
    const error = { code: 'connection_refused', message: 'The connection was refused' }
    expect(ofCheck({ status_code: null, error })).toEqual({ level: 'bad', text: error.message })
    const warnings = [{ code: 'certificate_expires_soon', message: 'The certificate expires in 3 days' }]
    expect(ofCheck({ warnings })).toEqual({ level: 'warn', text: `200 in 120 ms. ${warnings[0]?.message}` })
  })

  test('of a sweep, a bulk action and a demo is how much they did', () => {
    const swept = { counts: { jobs: 1_200, lines: 3 }, errors: {} }
    expect(cleanup.outcome({ ...swept, dry_run: false })).toEqual({ level: 'ok', text: '1,203 rows removed' })
    expect(cleanup.outcome({ ...swept, dry_run: true })).toEqual({ level: 'ok', text: '1,203 rows would be removed' })
    expect(bulkAction.outcome({ total: 3, done: 2, failed: 0, skipped: 1 })).toEqual({
      level: 'ok',
      text: '2 of 3 jobs done, 1 skipped',
    })
    expect(bulkAction.outcome({ total: 2, done: 1, failed: 1, skipped: 0 }).level).toBe('warn')
    expect(bulkAction.outcome({ total: 2, done: 0, failed: 2, skipped: 0 }).level).toBe('bad')
    expect(demo.outcome({ lines: 1 })).toEqual({ level: 'ok', text: '1 line' })
  })
})

import { once } from 'node:events'
import { newId } from '../../../src/base/ids'
import { newItem } from '../../../src/jobs/lifecycle/enqueue'
import { act, runs, scripted, single, startedRuns } from '../kinds'
import { ACTOR, createPlace, entriesOf, eventually, statesOf, type TestNode, untilState } from '../node'

let place: Awaited<ReturnType<typeof createPlace>>
let web: TestNode
let worker: TestNode
beforeAll(async () => {
  place = await createPlace()
  web = await place.start({ handlers: scripted, works: false })
  worker = await place.start({ handlers: scripted, concurrency: 1 })
})
afterAll(() => place.stop())

test('a process without handlers enqueues a job, and another runs it', async () => {
  const { job } = await web.jobs.enqueue(act, { value: 7, lines: 2 }, { ...web.by, reason: 'because' })
  expect(job).toMatchObject({ created_by: ACTOR, reason: 'because', worker: null })
  const done = await untilState(web, job.id, 'completed')
  expect(done).toMatchObject({ result: 7, worker: expect.stringContaining(String(process.pid)) })
})

test('invalid input is refused with the path of every fault', async () => {
  const enqueuing = web.jobs.enqueueAny(act, { does: 'fly', lines: 'x' }, web.by)
  await expect(enqueuing).rejects.toMatchObject({
    status: 400,
    errors: [{ path: 'body.input.does' }, { path: 'body.input.lines' }],
  })
  await expect(web.jobs.enqueue(act, { value: 'x'.repeat(300_000) }, web.by)).rejects.toMatchObject({ status: 413 })
})

test('text that PostgreSQL cannot hold survives in input and result', async () => {
  const value = { text: 'a\0b \ud800 \u{1f600} "\\' }
  const { job } = await web.jobs.enqueue(act, { value }, web.by)
  const done = await untilState(web, job.id, 'completed')
  expect(done).toMatchObject({ result: value, input: { value } })
})

test('the same key returns the same job: concurrently, from two processes and after its end', async () => {
  const key = { key: 'request:k1', bodyHash: 'h' }
  const asks = [web, worker, web, worker].map(node => node.jobs.enqueue(act, { value: 1 }, { ...node.by, key }))
  const answers = await Promise.all(asks)
  expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1)
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['created', 'replayed', 'replayed', 'replayed'])
  await untilState(web, answers[0]?.job.id ?? '', 'completed')
  const again = await web.jobs.enqueue(act, { value: 1 }, { ...web.by, key })
  expect(again).toMatchObject({ outcome: 'replayed', job: { id: answers[0]?.job.id, status: 'completed' } })
  const other = web.jobs.enqueue(act, { value: 2 }, { ...web.by, key: { ...key, bodyHash: 'other' } })
  await expect(other).rejects.toMatchObject({ status: 409, code: 'idempotency_key_taken' })
})

test('an open job with the same dedupe key is returned instead of a new one', async () => {
  const asks = [web, worker, web].map(node => node.jobs.enqueue(single, { key: 'a', does: 'hang' }, node.by))
  const answers = await Promise.all(asks)
  expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1)
  const id = answers[0]?.job.id ?? ''
  await untilState(web, id, 'running')
  await web.jobs.cancel({ tenantId: place.tenantId, id }, { reason: 'done', by: ACTOR })
  await untilState(web, id, 'cancelled')
  const next = await web.jobs.enqueue(single, { key: 'a' }, web.by)
  expect(next.outcome).toBe('created')
})

test('of the jobs of a request, one that is open already stands for those with its dedupe key', async () => {
  const { tenantId } = place
  const item = (key: string) => newItem(single, { key }, { ...web.by, delayMs: 60_000 })
  const audit = { by: { tenantId, actor: ACTOR }, action: 'job.create_many' }
  const key = { key: 'request:several', bodyHash: 'h' }
  const ask = () => web.jobs.createRequested({ jobs: [item('b'), item('c'), item('b')], key, audit })
  const { made } = await ask()
  const ids = made.map(({ row }) => row.id)
  expect(made.map(({ isNew }) => isNew)).toEqual([true, true, false])
  expect(ids[2]).toBe(ids[0])
  const again = await web.jobs.createRequested({ jobs: [item('c')], key: null, audit })
  expect(again).toMatchObject({ isReplayed: false, made: [{ row: { id: ids[1] }, isNew: false }] })
  const replayed = await ask()
  expect(replayed.isReplayed).toBe(true)
  expect(replayed.made.map(({ row }) => row.id)).toEqual(ids)
})

test('priority 0 runs before 5, in any order of creation', async () => {
  await web.jobs.queueControl.pause('demo', { reason: 'to fill it', by: ACTOR })
  const low = await web.jobs.enqueue(act, {}, { ...web.by, priority: 5 })
  const high = await web.jobs.enqueue(act, {}, { ...web.by, priority: 1 })
  await web.jobs.queueControl.resume('demo', { reason: 'filled', by: ACTOR })
  await untilState(web, low.job.id, 'completed')
  const order = startedRuns.map(({ id }) => id).filter(id => id === low.job.id || id === high.job.id)
  expect(order).toEqual([high.job.id, low.job.id])
})

test('a delayed job is scheduled first and runs when it is due', async () => {
  const { job } = await web.jobs.enqueue(act, {}, { ...web.by, delayMs: 120 })
  expect(job.status).toBe('scheduled')
  const done = await untilState(web, job.id, 'completed')
  expect(Date.parse(done.started_at ?? '')).toBeGreaterThanOrEqual(Date.parse(job.run_at ?? ''))
  expect(await statesOf(web, job.id)).toEqual(['scheduled', 'running', 'completed'])
})

test('the tenant gets one event per transition of a job', async () => {
  const { job } = await web.jobs.enqueue(act, {}, web.by)
  await untilState(web, job.id, 'completed')
  const events = (await entriesOf(web, 'events')).filter(({ data }) => data.data.job_id === job.id)
  expect(events.map(({ kind }) => kind)).toEqual(['job_created', 'job_started', 'job_completed'])
  expect(events[2]?.data).toMatchObject({
    labels: { kind: 'act', queue: 'demo' },
    data: { kind: 'act', queue: 'demo', status: 'completed', attempt: 1, max_attempts: 1, parent_id: null },
  })
})

test('many jobs at once each run once', async () => {
  const made = await Promise.all(Array.from({ length: 300 }, () => web.jobs.enqueue(act, {}, web.by)))
  const ids = new Set(made.map(({ job }) => job.id))
  // first without statements, which would take the processor from the jobs
  while (startedRuns.filter(({ id }) => ids.has(id)).length < ids.size) await once(runs, 'started')
  await eventually(async () => {
    const { items } = await web.jobs.list(place.tenantId, { ids: [...ids], status: ['completed'] }, { limit: 500 })
    return items.length === ids.size
  })
  expect(startedRuns.filter(({ id }) => ids.has(id))).toHaveLength(300)
})

test('no child is created for a job that was removed from the history', async () => {
  const parent = { id: newId(), rootId: newId(), queue: 'demo' as const, onFailure: 'ignore' as const }
  const made = web.jobs.enqueuer.accept(act, {}, { ...web.by, parent })
  await expect(made).rejects.toMatchObject({ refusal: { hasEnded: true } })
})

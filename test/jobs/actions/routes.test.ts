import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../node'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests read any JSON response
async function body(response: Response | Promise<Response>): Promise<any> {
  return (await response).json()
}
const createJob = (steps: unknown[], headers?: Record<string, string>) =>
  app.post('/api/jobs', { kind: 'demo', input: { steps }, reason: 'test' }, headers)
const ended = (id: string) =>
  eventually(async () => {
    const job = await body(app.get(`/api/jobs/${id}`))
    return job.ended_at && job
  })

test('POST /api/jobs answers 202 with the job and links', async () => {
  const response = await createJob([{ name: 's', lines: 2 }])
  expect(response.status).toBe(202)
  const { job, links } = await body(response)
  expect(job).toMatchObject({
    kind: 'demo',
    queue: 'demo',
    status: 'pending',
    reason: 'test',
    created_by: { type: 'token' },
  })
  expect(links).toEqual({
    self: `/api/jobs/${job.id}`,
    logs: `/api/jobs/${job.id}/logs`,
    stream: `/api/jobs/${job.id}/logs/stream`,
    page: `/jobs/${job.id}`,
  })
  const done = await ended(job.id)
  expect(done).toMatchObject({ status: 'completed', links, attempt: 1, result: { lines: 2 } })
  expect(await body(app.get(`/api/jobs/${job.id}/attempts`))).toMatchObject({
    items: [{ attempt: 1, outcome: 'completed' }],
    next_cursor: null,
  })
  expect(await body(app.get(`/api/jobs/${job.id}/tree`))).toMatchObject({
    job: { id: job.id, children: [] },
    truncated: false,
  })
  const logs = await body(app.get(`/api/jobs/${job.id}/logs`))
  expect(logs.items.map(({ line }: { line: number }) => line)).toEqual([1, 2])
})

test.each([
  ['is nested without end', `{"kind":"demo","input":${'['.repeat(9_000)}${']'.repeat(9_000)}}`, 'body'],
  ['is not UTF-8', Buffer.from('{"kind":"demo","input":{"steps":[{"name":"M\xfcller"}]}}', 'latin1'), 'body'],
  [
    'has a header that JavaScript would lose',
    '{"kind":"health-check","input":{"url":"http://127.0.0.1","headers":{"__proto__":"x"}}}',
    'body.input.headers.__proto__',
  ],
  ['has NUL', '{"kind":"demo","input":{"steps":[{"name":"\\u0000"}]}}', 'body.input.steps.0.name'],
])('a body that %s is refused, with or without an Idempotency-Key', async (_what, text, path) => {
  const keys: Record<string, string>[] = [{}, { 'idempotency-key': 'strange' }]
  for (const key of keys) {
    const response = await fetch(`${app.url}/api/jobs`, {
      method: 'POST',
      headers: { ...app.headers, 'content-type': 'application/json', ...key },
      body: text as string,
    })
    expect(response.status).toBe(400)
    expect((await body(response)).errors).toEqual([{ path, message: expect.any(String) }])
  }
})

test('the same Idempotency-Key returns the same job, and refuses a different body', async () => {
  const key = { 'idempotency-key': 'abc' }
  const first = await body(createJob([{ name: 's' }], key))
  await ended(first.job.id)
  const again = await createJob([{ name: 's' }], key)
  expect(again.headers.get('idempotency-replayed')).toBe('true')
  expect((await body(again)).job).toMatchObject({ id: first.job.id, status: 'completed' })
  expect((await createJob([{ name: 't' }], key)).status).toBe(409)
  expect((await createJob([{ name: 's' }], { 'idempotency-key': 'a b' })).status).toBe(400)
})

const demoOf = (name: string) => ({ kind: 'demo', input: { steps: [{ name }] } })
const createMany = (jobs: unknown[], headers?: Record<string, string>) => app.post('/api/jobs/bulk', { jobs }, headers)

test('POST /api/jobs/bulk creates all its jobs in order, with one audit record', async () => {
  const later = { ...demoOf('later'), delay_ms: 600_000, reason: 'test' }
  const response = await createMany([...Array(999).fill(later), demoOf('last')])
  expect(response.status).toBe(202)
  const { items, created } = await body(response)
  expect(created).toBe(1_000)
  expect(items[0]).toEqual({ id: expect.any(String), kind: 'demo', queue: 'demo', status: 'scheduled', created: true })
  const [first, last] = await Promise.all([body(app.get(`/api/jobs/${items[0].id}`)), ended(items[999].id)])
  expect(first).toMatchObject({ reason: 'test', created_by: { type: 'token' } })
  expect(last).toMatchObject({ status: 'completed', input: { steps: [{ name: 'last' }] } })
  const audit = await body(app.get('/api/audit?action=job.create_many'))
  expect(audit.items).toMatchObject([{ target: null, data: { count: 1_000, kinds: { demo: 1_000 } } }])
})

test('POST /api/jobs/bulk names the faults of all jobs, and then creates none', async () => {
  const jobs = [demoOf('fine-alone'), { kind: 'nope' }, { kind: 'health-check', input: { url: 1 } }, demoOf('')]
  const response = await createMany(jobs)
  expect(response.status).toBe(400)
  const paths = (await body(response)).errors.map(({ path }: { path: string }) => path)
  expect(paths).toEqual(['body.jobs.1.kind', 'body.jobs.2.input.url', 'body.jobs.3.input.steps.0.name'])
  expect((await body(app.get('/api/jobs?q=fine-alone'))).items).toEqual([])
  const large = { kind: 'demo', input: { steps: [{ name: 'x' }], text: 'x'.repeat(300_000) } }
  expect([400, 413]).toContain((await createMany([demoOf('fine-alone'), large])).status)
  expect((await createMany(Array.from({ length: 1_001 }, () => demoOf('x')))).status).toBe(400)
  expect((await createMany([])).status).toBe(400)
})

test('the same Idempotency-Key returns the same jobs, whichever request comes first', async () => {
  const key = { 'idempotency-key': 'many' }
  const jobs = [demoOf('a'), demoOf('b')]
  const replies = await Promise.all([createMany(jobs, key), createMany(jobs, key)])
  const [first, second] = await Promise.all(replies.map(reply => body(reply)))
  expect(replies.map(reply => reply.headers.get('idempotency-replayed')).sort()).toEqual([null, 'true'])
  const ids = first.items.map(({ id }: { id: string }) => id)
  expect(second.items.map(({ id }: { id: string }) => id)).toEqual(ids)
  expect([first.created, second.created].sort()).toEqual([0, 2])
  await ended(ids[1])
  const again = await body(createMany(jobs, key))
  expect(again).toMatchObject({
    created: 0,
    items: [{ id: ids[0] }, { id: ids[1], status: 'completed', created: false }],
  })
  expect((await createMany([...jobs, demoOf('c')], key)).status).toBe(409)
  expect((await app.post('/api/jobs', demoOf('a'), key)).status).toBe(409)
})

test.each([
  ['/api/jobs', { kind: 'nope' }, 'body.kind'],
  ['/api/jobs', { kind: 'bulk-action', input: {} }, 'body.kind'],
  ['/api/jobs', { kind: 'demo', input: { steps: [{}] } }, 'body.input.steps.0.name'],
  ['/api/jobs', { kind: 'demo', priority: -1 }, 'body.priority'],
  ['/api/jobs', { kind: 'demo', delay_ms: 'x' }, 'body.delay_ms'],
  ['/api/jobs/actions', { action: 'explode' }, 'body.action'],
  ['/api/jobs/actions', { action: 'retry', filter: { status: ['completed'] } }, 'body.filter.status'],
  ['/api/jobs/actions', { action: 'cancel' }, 'body.filter'],
  ['/api/jobs/actions', { action: 'cancel', filter: {} }, 'body.filter'],
  ['/api/jobs/actions', { action: 'cancel', filter: { roots: false } }, 'body.filter'],
  ['/api/jobs/actions', { action: 'cancel', filter: { all: false } }, 'body.filter.all'],
  ['/api/jobs/actions', { action: 'cancel', filter: { all: true, kind: ['demo'] } }, 'body.filter'],
  ['/api/jobs/not-an-id/cancel', { reason: 'x' }, 'params.id'],
  ['/api/queues/demo/pause', {}, 'body.reason'],
])('POST %s %j is a 400 that names %s', async (path, given, fault) => {
  const response = await app.post(path, given)
  expect(response.status).toBe(400)
  expect((await body(response)).errors).toContainEqual(expect.objectContaining({ path: fault }))
})

test.each([
  ['cursor=xxx', 'query.cursor'],
  ['status=done', 'query.status.0'],
  ['limit=0', 'query.limit'],
  ['since=yesterday', 'query.since'],
  ['parent_id=1', 'query.parent_id'],
  ['q=%00', 'query.q'],
])('GET /api/jobs?%s is a 400 that names %s', async (query, fault) => {
  const response = await app.get(`/api/jobs?${query}`)
  expect(response.status).toBe(400)
  expect((await body(response)).errors).toContainEqual(expect.objectContaining({ path: fault }))
})

test('cancel answers 202, twice too, and 409 after the end; retry runs the job again', async () => {
  const { job } = await body(createJob([{ name: 's', lines: 10_000, interval_ms: 20 }]))
  const cancel = () => app.post(`/api/jobs/${job.id}/cancel`, { reason: 'enough' })
  const first = await cancel()
  expect(first.status).toBe(202)
  expect((await body(first)).job.cancel).toMatchObject({ reason: 'enough', by: { type: 'token' } })
  const second = (await cancel()).status
  expect(await ended(job.id)).toMatchObject({ status: 'cancelled' })
  expect([202, 409]).toContain(second)
  expect((await cancel()).status).toBe(409)
  const retried = await app.post(`/api/jobs/${job.id}/retry`, {})
  expect(retried.status).toBe(202)
  await app.post(`/api/jobs/${job.id}/cancel`, { reason: 'seen' })
  await ended(job.id)
  const audit = await body(app.get(`/api/audit?target_id=${job.id}`))
  const actions = audit.items.map(({ action }: { action: string }) => action)
  expect(actions).toEqual(expect.arrayContaining(['job.create', 'job.cancel', 'job.retry']))
})

test('a bulk action counts first, then runs as a job with progress', async () => {
  const made = await Promise.all(
    Array.from({ length: 5 }, () => body(createJob([{ name: 'bulk', lines: 2, fail_rate: 1 }]))),
  )
  for (const { job } of made) await ended(job.id)
  const ask = { action: 'remove', filter: { q: '"bulk"', status: ['failed'] }, reason: 'clean up' }
  expect(await body(app.post('/api/jobs/actions', { ...ask, dry_run: true }))).toEqual({
    ...{ matched: 5, applicable: 5, count: 5, skipped: {} },
  })
  const cancelAll = { action: 'cancel', filter: { ids: made.map(({ job }) => job.id) }, dry_run: true }
  const { job: open } = await body(
    app.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'open' }] }, delay_ms: 600_000 }),
  )
  cancelAll.filter.ids.push(open.id)
  expect(await body(app.post('/api/jobs/actions', cancelAll))).toEqual({
    ...{ matched: 6, applicable: 1, count: 1, skipped: { failed: 5 } },
  })
  const { job, count } = await body(app.post('/api/jobs/actions', ask))
  expect(count).toBe(5)
  expect(await ended(job.id)).toMatchObject({ status: 'completed', progress: { total: 5, done: 5, failed: 0 } })
  expect((await app.get(`/api/jobs/${made[0].job.id}`)).status).toBe(404)
})

test('a bulk action applies to all jobs only with `all`', async () => {
  const { job } = await body(createJob([{ name: 'all', lines: 1 }]))
  await ended(job.id)
  const ask = { action: 'remove', filter: { all: true }, reason: 'everything' }
  const { count } = await body(app.post('/api/jobs/actions', { ...ask, dry_run: true }))
  expect(count).toBeGreaterThan(0)
  const started = await app.post('/api/jobs/actions', ask)
  expect(started.status).toBe(202)
  expect(await ended((await body(started)).job.id)).toMatchObject({ status: 'completed', progress: { done: count } })
  expect((await app.get(`/api/jobs/${job.id}`)).status).toBe(404)
})

test.each([
  ['as asked', 1],
  ['AS ASKED, after', 1],
  ['"message"', 0],
  ['code', 0],
])('GET /api/jobs?q=%s searches the texts of an error, not its JSON', async (q, found) => {
  const { job } = await body(createJob([{ name: 'search', lines: 2, fail_rate: 1 }]))
  await ended(job.id)
  const query = `q=${encodeURIComponent(q)}&root_id=${job.id}`
  expect((await body(app.get(`/api/jobs?${query}`))).items).toHaveLength(found)
})

test('GET /api/queues lists every queue, and who paused one', async () => {
  const { items } = await body(app.get('/api/queues'))
  expect(items.map(({ name }: { name: string }) => name)).toContain('checks')
  const paused = await body(app.post('/api/queues/cleanup/pause', { reason: 'quiet' }))
  expect(paused.queue).toMatchObject({
    name: 'cleanup',
    paused: true,
    paused_by: { reason: 'quiet', by: { type: 'token' } },
  })
  expect((await body(app.post('/api/queues/cleanup/resume', { reason: 'on' }))).queue.paused).toBe(false)
  expect((await app.post('/api/queues/nope/pause', { reason: 'x' })).status).toBe(404)
})

test('a viewer sees no secrets of a job, an operator sees its input', async () => {
  const { job } = await body(createJob([{ name: 'password=hunter2222' }]))
  expect((await body(app.get(`/api/jobs/${job.id}`))).input.steps[0].name).toBe('password=hunter2222')
  const { secret } = await body(app.post('/api/tokens', { name: 'looks on', role: 'viewer' }))
  const look = (path: string) => body(fetch(app.url + path, { headers: { authorization: `Bearer ${secret}` } }))
  const { items } = await look(`/api/jobs?q=${job.id}`)
  for (const seen of [await look(`/api/jobs/${job.id}`), items[0]]) {
    expect(seen.id).toBe(job.id)
    expect(JSON.stringify(seen.input)).not.toContain('hunter2222')
  }
})

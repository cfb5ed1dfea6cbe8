import { DEFAULT_TENANT_ID } from '../../src/api'
import { hashSecret, newId, newSecret } from '../../src/base/ids'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'

const PATH = '/admin/queues'
const SECRET = 'sesame-sesame-sesame'

let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start()
})
afterAll(() => apps?.stop())

type Role = 'viewer' | 'operator' | 'admin'

async function tokenFor(role: Role, tenantId = DEFAULT_TENANT_ID): Promise<string> {
  const secret = newSecret('trt')
  await app.app.db('api_tokens').insert({
    id: newId(),
    tenant_id: tenantId,
    name: `a ${role}`,
    role,
    secret_hash: hashSecret(secret),
    created_by: { type: 'system', id: null, name: 'test' },
  })
  return secret
}

async function anotherTenant(): Promise<string> {
  const id = newId()
  await app.app.db('tenants').insert({ id, name: 'Another' })
  return id
}

const ask = (path: string, { token = app.token, ...init }: RequestInit & { token?: string } = {}) =>
  fetch(app.url + PATH + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
const put = (path: string, token?: string) => ask(path, { method: 'PUT', ...(token && { token }) })

interface Shown {
  id: string
  failedReason: string
  externalUrl: { href: string }
}

/** Whatever shape it has. */
const bodyOf = async (response: Response) => JSON.parse(await response.text())

async function shown(queue: string, query = ''): Promise<{ jobs: Shown[]; isPaused: boolean; readOnlyMode: boolean }> {
  const response = await ask(`/api/queues?activeQueue=${queue}${query}`)
  const { queues } = await bodyOf(response)
  return queues.find((each: { name: string }) => each.name === queue)
}

async function createJob(step: Record<string, unknown>, more = {}): Promise<string> {
  const input = { steps: [{ name: 'load', workers: 1, lines: 1, ...step }] }
  const response = await app.post('/api/jobs', { kind: 'demo', input, ...more })
  return (await bodyOf(response)).job.id
}

const statusOf = async (id: string) => (await bodyOf(await app.get(`/api/jobs/${id}`))).status
const untilStatus = (id: string, status: string) =>
  eventually(async () => (await statusOf(id)) === status, `${id} is ${status}`)
const audit = async (action: string, tenantId = DEFAULT_TENANT_ID) =>
  app.app.db('audit_log').where({ action, tenant_id: tenantId }).orderBy('id')

test('operators of the default tenant may read and admins may act; others have no access', async () => {
  const other = await anotherTenant()
  const can = async (token: string) => [
    (await ask('/api/queues', { token })).status,
    (await put('/api/queues/demo/resume', token)).status,
  ]
  expect(await can('nonsense-nonsense')).toEqual([401, 401])
  expect(await can(await tokenFor('viewer'))).toEqual([403, 403])
  expect(await can(await tokenFor('operator'))).toEqual([200, 403])
  expect(await can(app.token)).toEqual([200, 204])
  expect(await can(await tokenFor('admin', other))).toEqual([403, 403])
  const operator = await tokenFor('operator')
  const [queue] = (await bodyOf(await ask('/api/queues', { token: operator }))).queues
  expect(queue).toMatchObject({ readOnlyMode: true, allowRetries: false })
})

test('a page of another origin changes nothing, and visitors without a session are sent to sign in', async () => {
  const session = await fetch(`${app.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: app.token }),
  })
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const from = (origin: string) =>
    fetch(`${app.url}${PATH}/api/queues/demo/resume`, { method: 'PUT', headers: { cookie, origin } })
  expect((await from('https://elsewhere.example')).status).toBe(403)
  expect((await from(app.url)).status).toBe(204)
  const visit = await fetch(app.url + PATH, { headers: { accept: 'text/html' }, redirect: 'manual' })
  expect([visit.status, visit.headers.get('location')]).toEqual([302, '/sign-in?next=%2Fadmin%2Fqueues'])
})

test('no response names the underlying program', async () => {
  const paths = [PATH, `${PATH}/api/queues`, `${PATH}/static/nothing.js`, '/', '/api/queues', '/nothing', '/healthz']
  for (const path of [...paths, '/osquery/config']) {
    const { headers } = await app.get(path)
    expect([path, headers.get('x-powered-by'), headers.get('server')]).toEqual([path, null, null])
  }
})

test('pausing on the board is recorded in PostgreSQL with the actor', async () => {
  expect((await put('/api/queues/demo/pause')).status).toBe(204)
  expect((await shown('demo')).isPaused).toBe(true)
  const { items } = await bodyOf(await app.get('/api/queues'))
  const queue = items.find((each: { name: string }) => each.name === 'demo')
  expect(queue.paused_by).toMatchObject({ reason: 'on Bull Board', by: { type: 'token' } })
  expect((await put('/api/queues/demo/resume')).status).toBe(204)
  expect((await shown('demo')).isPaused).toBe(false)
  const [row] = await audit('queue.pause')
  expect(row).toMatchObject({ target_type: 'queue', target_id: 'demo', result: 'ok', actor_type: 'token' })
})

test('a failed job links to its page and is retried through the platform', async () => {
  const id = await createJob({ fail_rate: 1 })
  await untilStatus(id, 'failed')
  await eventually(async () => (await shown('demo', '&status=failed')).jobs.length === 1, 'it is shown as failed')
  const [job] = (await shown('demo', '&status=failed')).jobs
  expect(job).toMatchObject({ id, externalUrl: { href: `/jobs/${id}` } })
  const attempts = async () => (await bodyOf(await app.get(`/api/jobs/${id}/attempts`))).items.length
  const before = await attempts()
  expect((await put(`/api/queues/demo/${id}/retry`)).status).toBe(204)
  await eventually(async () => (await attempts()) > before && (await statusOf(id)) === 'failed', 'it ran again')
  const [row] = await audit('job.retry')
  expect(row).toMatchObject({ target_id: id, result: 'ok' })
  expect(JSON.parse(row.data)).toMatchObject({ via: 'bull-board' })
})

test('the lines of a job come from its history', async () => {
  const id = await createJob({ lines: 150 })
  await untilStatus(id, 'completed')
  const lines = await bodyOf(await ask(`/api/queues/demo/${id}/logs`))
  expect(lines).toHaveLength(100)
  expect(lines.at(-1)).toMatch(/^\d{4}-.*Z info load worker 1 line 150 of 150$/)
  expect(await bodyOf(await ask(`/api/queues/demo/${newId()}/logs`))).toEqual([])
})

test('promotes a delayed job; removing a job that has not ended cancels it', async () => {
  const [first, second] = [await createJob({}, { delay_ms: 3_600_000 }), await createJob({}, { delay_ms: 3_600_000 })]
  expect((await put(`/api/queues/demo/${first}/promote`)).status).toBe(204)
  await untilStatus(first, 'completed')
  expect((await put(`/api/queues/demo/${second}/clean`)).status).toBe(204)
  expect(await statusOf(second)).toBe('cancelled')
  expect((await put(`/api/queues/demo/${first}/retry`)).status).toBe(409)
  const refused = (await audit('job.retry')).filter(row => row.target_id === first)
  expect(refused).toMatchObject([{ result: 'refused' }])
  expect((await put(`/api/queues/demo/${first}/clean`)).status).toBe(204)
  expect((await app.get(`/api/jobs/${first}`)).status).toBe(404)
})

test('actions that would bypass PostgreSQL are refused and audited', async () => {
  const id = await createJob({}, { delay_ms: 3_600_000 })
  const writes: [string, string][] = [
    ['PUT', '/api/queues/demo/obliterate'],
    ['PUT', '/api/queues/demo/empty'],
    ['POST', '/api/queues/demo/add'],
    ['PATCH', `/api/queues/demo/${id}/update-data`],
    ['PATCH', `/api/queues/demo/${id}/delay`],
    ['PUT', '/api/queues/demo/concurrency'],
    ['PUT', '/api/queues/schedules/some/clean'],
    ['PUT', '/api/queues/schedules/clean/delayed'],
    ['DELETE', '/api/queues/demo'],
  ]
  for (const [method, path] of writes) {
    const response = await ask(path, { method })
    expect([path, response.status]).toEqual([path, 403])
    expect((await bodyOf(response)).error).toContain('/jobs')
  }
  expect(await audit('board.write')).toHaveLength(writes.length)
  expect(await statusOf(id)).toBe('scheduled')
  for (const path of ['/api/queues/none/pause', '/api/queues/demo/none/retry', '/api/queues/demo/%E0%A4%A/retry'])
    expect([404, 400]).toContain((await put(path)).status)
})

test('acts on up to a hundred jobs at once; for more, refers to bulk actions', async () => {
  const ids = await Promise.all(Array.from({ length: 101 }, () => createJob({}, { delay_ms: 3_600_000 })))
  const refusal = await put('/api/queues/demo/clean/delayed')
  expect(refusal.status).toBe(409)
  expect((await bodyOf(refusal)).error).toContain('/jobs?queue=demo')
  expect((await put(`/api/queues/demo/${ids.pop()}/clean`)).status).toBe(204)
  const left = (await shown('demo', '&status=delayed&jobsPerPage=100000')).jobs.length
  expect(left).toBe(100)
  await put(`/api/queues/demo/${ids.pop()}/clean`)
  // a slow machine may need longer for a hundred jobs than a request may take
  await eventually(async () => (await put('/api/queues/demo/clean/delayed')).status === 204, 'all are cancelled')
  expect((await shown('demo', '&status=delayed')).jobs).toEqual([])
  expect(await statusOf(ids[0] ?? '')).toBe('cancelled')
})

test('acting on a job of another tenant sends events to both tenants', async () => {
  const other = await anotherTenant()
  const token = await tokenFor('admin', other)
  const input = { steps: [{ name: 'load', workers: 1, lines: 1 }] }
  const made = await fetch(`${app.url}/api/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'demo', input, delay_ms: 3_600_000 }),
  })
  const { job } = await bodyOf(made)
  expect((await put(`/api/queues/demo/${job.id}/clean`)).status).toBe(204)
  for (const tenant of [other, DEFAULT_TENANT_ID])
    expect((await audit('job.clean', tenant)).filter(row => row.target_id === job.id)).toMatchObject([{ result: 'ok' }])
})

test('hides secrets in data, errors, stacks and lines; the page loads nothing from other hosts', async () => {
  const { engine } = app.app.jobs
  const queue = engine.queue('demo')
  const id = newId()
  const tenant_id = newId()
  await queue.add('demo', { tenant_id, password: SECRET }, { jobId: id, delay: 3_600_000 })
  const stack = JSON.stringify([`Error: token=${SECRET}`])
  await engine.client.hset(engine.key('demo', id), 'failedReason', `Bearer ${SECRET}`, 'stacktrace', stack)
  const line = { kind: 'log', message: `connect to redis://user:${SECRET}@host`, source: 'demo' }
  await app.app.streams.write({ tenantId: tenant_id, name: `job:${id}` }, [line])
  await app.app.streams.flush()
  for (const path of ['', '/logs', '/flow']) {
    const response = await ask(`/api/queues/demo/${id}${path}`)
    expect([path, response.status]).toEqual([path, 200])
    expect(await response.text()).not.toContain(SECRET)
  }
  const html = await (await ask('/', { headers: { accept: 'text/html' } })).text()
  expect(html).toContain('main.')
  expect(html).not.toMatch(/https?:\/\//)
  await queue.remove(id)
})

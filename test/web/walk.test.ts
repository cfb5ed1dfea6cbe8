import { DEFAULT_TENANT_ID } from '../../src/api'
import { newId } from '../../src/base/ids'
import type { Role } from '../../src/contract/access'
import { ROLES } from '../../src/contract/values'
import { containerOf, enroll, inventoryRecord, TestAgent } from '../agents/server/test-agent'
import { addCrawl, addPage } from '../crawls/rows'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { type Description, type Operation, operationsOf } from './description'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let operations: Operation[]
/** Bearer tokens by tenant and role. */
const tokens: Record<'ours' | 'theirs', Record<Role, string>> = {
  ours: { viewer: '', operator: '', admin: '' },
  theirs: { viewer: '', operator: '', admin: '' },
}
/** Ids of our tenant, by the path segment before them. */
const ours: Record<string, string> = {}

/** Values of further parameters with which the routes of ours find something. */
const given: Record<string, string> = {}

/** Bodies of which the document does not say all that they must have. */
const BODIES: Record<string, object> = { 'PATCH /api/crawls/{id}': { limits: { pages: 1 } } }

/** Routes of the whole installation, only for admins of the default tenant. */
const OF_INSTALLATION = [
  '/api/tenants',
  '/api/retention/run',
  '/api/queues/{name}/pause',
  '/api/queues/{name}/resume',
  '/api/workers',
]

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ TAILRACE_ROLE: 'web' })
  operations = operationsOf(await json<Description>(await app.get('/api/openapi.json')))
  await makeOurs()
  const admin = { email: 'they@example.org', name: 'They' }
  const { link } = await json<{ link: string }>(await app.post('/api/tenants', { name: 'Theirs', admin }))
  const code = new URL(link).searchParams.get('code')
  const session = await app.post('/api/session', { code }, { authorization: '' })
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  for (const role of ROLES) {
    tokens.ours[role] = await newToken(role, app.headers)
    tokens.theirs[role] = await newToken(role, { authorization: '', cookie })
  }
})
afterAll(() => parts.stop())

async function makeOurs() {
  const steps = [{ name: 'a', workers: 1, lines: 1, interval_ms: 0 }]
  const { job } = await json<{ job: { id: string } }>(
    await app.post('/api/jobs', { kind: 'demo', input: { steps }, delay_ms: 3_600_000 }),
  )
  const { token } = await json<{ token: { id: string } }>(
    await app.post('/api/tokens', { name: 'ours', role: 'viewer' }),
  )
  const body = { email: 'we@example.org', name: 'We', role: 'viewer' }
  const { member } = await json<{ member: { id: string } }>(await app.post('/api/members', body))
  const view = await json<{ id: string }>(
    await app.post('/api/saved-views', { page: 'jobs', name: 'ours', shared: true }),
  )
  await app.post('/api/session', { token: app.token }, { authorization: '' })
  const { items } = await json<{ items: { id: string }[] }>(await app.get('/api/sessions'))
  Object.assign(ours, {
    '/api/jobs/': job.id,
    '/api/tokens/': token.id,
    '/api/members/': member.id,
    '/api/sessions/': items[0]?.id,
    '/api/saved-views/': view.id,
  })
  await makeOurFleet()
  await makeOurAlerts()
  await makeOurMonitors()
  await makeOurCrawls()
  await makeOurAgents()
}

async function makeOurAgents() {
  const identity = await enroll(app, 'ours')
  const agent = await TestAgent.connect(app, identity)
  await agent.store(inventoryRecord([containerOf('ours')]))
  const { items } = await json<{ items: { id: string }[] }>(await app.get('/api/containers'))
  const container = items[0]?.id ?? ''
  const { command } = await json<{ command: { id: string } }>(
    await app.post(`/api/containers/${container}/stop`, { reason: 'ours' }),
  )
  await agent.cut()
  const { token } = await json<{ token: { id: string } }>(await app.post('/api/agent-tokens', { name: 'ours' }))
  Object.assign(ours, {
    '/api/agents/': identity.agentId,
    '/api/containers/': container,
    '/api/commands/': command.id,
    '/api/agent-tokens/': token.id,
  })
}

async function makeOurCrawls() {
  const { db } = app.app
  const url = 'https://site.test/'
  const [other, crawl] = [await addCrawl(db), await addCrawl(db)]
  ours['/api/crawls/'] = crawl
  Object.assign(given, { other, url, key: await addPage(db, crawl, url) })
}

async function makeOurMonitors() {
  const make = async (path: string, body: object) => (await json<{ id: string }>(await app.post(path, body))).id
  const target = 'http://127.0.0.1:1/'
  const { monitor } = await json<{ monitor: { id: string } }>(
    await app.post('/api/monitors', { name: 'ours', type: 'http', target }),
  )
  Object.assign(ours, {
    '/api/monitors/': monitor.id,
    '/api/rules/': await make('/api/rules', {
      ...{ name: 'ours', type: 'consecutive_failures', monitors: { all: true }, threshold: 3, severity: 'warning' },
    }),
    '/api/status-pages/': await make('/api/status-pages', { slug: 'ours', title: 'Ours', monitor_ids: [monitor.id] }),
  })
}

async function makeOurAlerts() {
  const incident = newId()
  await app.app.db('incidents').insert({
    ...{ id: incident, tenant_id: DEFAULT_TENANT_ID, number: 1, group_id: newId(), title: 'ours', status: 'open' },
    ...{ group_labels: '{}', common_labels: '{}', common_annotations: '{}', links: '{}', firing: 0, alerts: 0 },
    ...{ opened_at: new Date(), updated_at: new Date() },
  })
  const matchers = [{ name: 'ours', op: '=', value: 'yes' }]
  const times = { starts_at: new Date(Date.now() + 3_600_000), ends_at: new Date(Date.now() + 7_200_000) }
  const settings = { url: 'https://receiver.test/' }
  Object.assign(ours, {
    '/api/incidents/': incident,
    '/api/silences/': (await made('/api/silences', { matchers, ...times, comment: 'ours' })).id,
    '/api/maintenance-windows/': (await made('/api/maintenance-windows', { name: 'ours', matchers, ...times })).id,
    '/api/receivers/': (await made('/api/receivers', { name: 'ours', type: 'webhook', settings })).id,
  })
}

async function makeOurFleet() {
  const [host, carve] = [newId(), newId()]
  const { db } = app.app
  await db('hosts').insert({
    id: host,
    tenant_id: DEFAULT_TENANT_ID,
    host_identifier: 'ours',
    node_key_hash: host,
  })
  await db('carves').insert({
    id: carve,
    tenant_id: DEFAULT_TENANT_ID,
    host_id: host,
    carve_guid: carve,
    session_hash: carve,
    block_count: 0,
    block_size: 1,
    size: 0,
    completed_at: new Date(),
  })
  const input = { steps: [{ name: 'a', workers: 1, lines: 1, interval_ms: 0 }] }
  const asked = await json<{ query: { id: string } }>(
    await app.post('/api/queries', { sql: 'select 1', targets: { host_ids: [host] } }),
  )
  Object.assign(ours, {
    '/api/hosts/': host,
    '/api/carves/': carve,
    '/api/queries/': asked.query.id,
    '/api/packs/': (await made('/api/packs', { name: 'ours' })).id,
    '/api/saved-queries/': (await made('/api/saved-queries', { name: 'ours', sql: 'select 1' })).id,
    '/api/labels/': (await made('/api/labels', { name: 'ours' })).id,
    '/api/schedules/': (await made('/api/schedules', { name: 'ours', kind: 'demo', input, every_seconds: 86_400 })).id,
    '/api/enroll-secrets/': (await made('/api/enroll-secrets', { name: 'ours' })).id,
  })
}

const made = async (path: string, body: unknown) => json<{ id: string }>(await app.post(path, body))

async function newToken(role: Role, headers: Record<string, string>) {
  const answer = await app.post('/api/tokens', { name: role, role }, headers)
  return (await json<{ secret: string }>(answer)).secret
}

async function json<T>(answer: Response): Promise<T> {
  expect([200, 201, 202]).toContain(answer.status)
  return (await answer.json()) as T
}

/** @returns the status; streams are closed as soon as they are open */
async function ask({ method, body }: Operation, url: string, token?: string): Promise<number> {
  const leave = new AbortController()
  const answer = await fetch(app.url + url, {
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: leave.signal,
  })
  leave.abort()
  return answer.status
}

const guarded = () => operations.filter(each => each.role !== 'anyone')
const nowhere = (each: Operation) => each.urlOf(() => newId())

test('the document has the role of every route, and few are public', () => {
  expect(operations.length).toBeGreaterThan(40)
  for (const { path, role } of operations)
    expect([path, ['anyone', ...ROLES]]).toEqual([path, expect.arrayContaining([role])])
  const open = operations.filter(each => each.role === 'anyone').map(each => `${each.method} ${each.path}`)
  expect(open.sort()).toEqual(['POST /api/agents/enroll', 'POST /api/session'])
})

test('without credentials: 401', async () => {
  for (const each of guarded()) expect([each.name, await ask(each, nowhere(each))]).toEqual([each.name, 401])
})

describe.each(['ours', 'theirs'] as const)('%s', tenant => {
  test('a role that is too low: 403', async () => {
    for (const each of guarded())
      for (const role of ROLES.slice(0, ROLES.indexOf(each.role as Role))) {
        const status = await ask(each, nowhere(each), tokens[tenant][role])
        expect([each.name, role, status]).toEqual([each.name, role, 403])
      }
  })

  test('the required role is accepted', async () => {
    for (const each of guarded())
      for (const role of ROLES.slice(ROLES.indexOf(each.role as Role))) {
        const status = await ask(each, nowhere(each), tokens[tenant][role])
        const isForeign = tenant === 'theirs' && OF_INSTALLATION.includes(each.path)
        if (isForeign) expect([each.name, role, status]).toEqual([each.name, role, 403])
        else
          expect([each.name, role, [401, 403].includes(status), status < 500]).toEqual([each.name, role, false, true])
      }
  })
})

test("another tenant's id in a path: 404 on every route", async () => {
  const withId = guarded().filter(each => each.path.includes('{id}'))
  expect(withId.length).toBeGreaterThan(10)
  for (const each of withId) {
    const known = ours[each.path.slice(0, each.path.indexOf('{id}'))]
    if (!known) throw new Error(`Tell this test of something of ours for ${each.path}`)
    const url = each.urlOf(() => known, given)
    const asked = { ...each, body: BODIES[each.name] ?? each.body }
    expect([each.name, await ask(asked, url, tokens.theirs.admin)]).toEqual([each.name, 404])
    // the id exists: a route that always answers 404 would prove nothing
    if (each.method === 'GET') expect([each.name, await ask(each, url, tokens.ours.admin)]).toEqual([each.name, 200])
  }
})

test("another tenant's id in a query or body: 404", async () => {
  const job = ours['/api/jobs/']
  const urls = [
    `/api/stream?topic=job:${job}`,
    `/api/stream?topic=events&topic=job:${job}`,
    `/api/stream/poll?topic=job:${job}&wait_ms=0`,
    `/api/logs?scope=job&job_id=${job}`,
    `/api/stream/poll?topic=agent:${ours['/api/agents/']}&wait_ms=0`,
    `/api/stream/poll?topic=container:${ours['/api/containers/']}&wait_ms=0`,
    `/api/sessions?member_id=${ours['/api/members/']}`,
  ]
  for (const url of urls) {
    const get = { method: 'GET' } as Operation
    expect([url, await ask(get, url, tokens.theirs.admin)]).toEqual([url, 404])
    expect([url, await ask(get, url, tokens.ours.admin)]).toEqual([url, 200])
  }
  const tickets = { method: 'POST', body: { topics: [`job:${job}`] } } as Operation
  expect(await ask(tickets, '/api/tickets', tokens.theirs.admin)).toBe(404)
  expect(await ask(tickets, '/api/tickets', tokens.ours.admin)).toBe(201)
  const listed = await fetch(`${app.url}/api/jobs`, { headers: { authorization: `Bearer ${tokens.theirs.admin}` } })
  expect(await listed.text()).not.toContain(job)
})

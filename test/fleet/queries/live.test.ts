import { queryCompletedEvent, queryResult, queryResultEvent, queryState } from '../../../src/contract/queries'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { SseReader } from '../../support/sse'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent, type QueryBody } from '../osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts.stop())

const get = async <T>(path: string): Promise<T> => {
  const answer = await app.get(path)
  expect(answer.status).toBe(200)
  return (await answer.json()) as T
}

const idOf = (agent: OsqueryAgent) => hostIdOf(app, agent)

const sqlOf = (queries: Record<string, string>) => Object.values(queries)

/** Reads the stream of a query to its end. */
async function untilEnd(path: string) {
  const reader = await SseReader.open(app.url + path, app.headers)
  await reader.until(() => reader.named('end').length > 0, 'the end')
  await reader.finished
  return reader
}

test('a query is sent to waiting hosts at once, and every outcome has a state of its own', async () => {
  const agents = await enrolled(app, 4, 'live')
  const ids = await Promise.all(agents.map(idOf))
  const reads = agents.map(agent => agent.next())
  const query = await createQuery(app, { sql: 'select * from os_version', targets: { host_ids: ids } })
  expect(query.counts).toMatchObject({ targets: 4, pending: 4 })
  for (const read of await Promise.all(reads)) expect(read).toEqual({ [query.id]: 'select * from os_version' })
  const [a, b, c, d] = agents as [OsqueryAgent, OsqueryAgent, OsqueryAgent, OsqueryAgent]
  expect(await a.write({ [query.id]: { rows: [{ name: 'Ubuntu', version: '24.04' }] } })).not.toHaveProperty('error')
  await b.write({ [query.id]: { rows: [] } })
  await c.write({ [query.id]: { rows: [], status: 1, message: 'no such table: nope' } })
  await d.write({ [query.id]: { rows: '', status: '1', message: 'distributed query is denylisted' } })
  const seen = await untilEnd(`/api/queries/${query.id}/stream`)
  const results = seen
    .named('query_result')
    .map(({ data }) => [data.host_identifier, data.state, data.row_count, data.error])
  expect(results).toEqual([
    ['live1', 'completed', 1, null],
    ['live2', 'no_rows', 0, null],
    ['live3', 'failed', 0, 'no such table: nope'],
    ['live4', 'denylisted', 0, 'distributed query is denylisted'],
  ])
  const after = await get<QueryBody>(`/api/queries/${query.id}`)
  expect(after).toMatchObject({
    status: 'completed',
    columns: ['name', 'version'],
    row_count: 1,
    counts: {
      targets: 4,
      pending: 0,
      sent: 0,
      completed: 1,
      no_rows: 1,
      failed: 1,
      denylisted: 1,
      offline: 0,
      expired: 0,
    },
  })
  const job = await untilEnd(`/api/jobs/${query.job_id}/logs/stream`)
  expect(job.lines.map(({ message }) => message)).toEqual(
    expect.arrayContaining(['host-live1: 1 row', 'host-live2: no rows', 'host-live3: failed: no such table: nope']),
  )
  expect(await get(`/api/jobs/${query.job_id}`)).toMatchObject({
    status: 'completed',
    result: { completed: 1, targets: 4 },
  })
})

test('events of a query have the fields of the contract', async () => {
  const [agent] = (await enrolled(app, 1, 'events')) as [OsqueryAgent]
  const path = '/api/v1/stream/events?types=query_result,query_completed'
  const tenant = await SseReader.open(app.url + path, app.headers)
  const query = await createQuery(app, { sql: 'select 3', targets: { host_ids: [await idOf(agent)] } })
  await agent.next()
  await agent.write({ [query.id]: { rows: [{ three: '3' }] } })
  const seen = await untilEnd(`/api/queries/${query.id}/stream`)
  const ofTenant = (name: string) =>
    tenant
      .named(name)
      .map(({ data }) => data.data as Record<string, unknown>)
      .filter(({ query_id }) => query_id === query.id)
  await tenant.until(() => ofTenant('query_completed').length > 0, 'its end')
  tenant.close()
  // the transport adds the topic
  const ofQuery = (name: string) => seen.named(name).map(({ data: { topic: _, ...data } }) => data)
  for (const [schema, events] of [
    [queryResult, ofQuery('query_result')],
    [queryState, ofQuery('status')],
    [queryResultEvent, ofTenant('query_result')],
    [queryCompletedEvent, ofTenant('query_completed')],
  ] as const) {
    expect(events.length).toBeGreaterThan(0)
    // parsing drops fields that the schema does not have
    expect(events.map(data => schema.parse(data))).toEqual(events)
  }
  expect(await get(`/api/queries/${query.id.toUpperCase()}`)).toMatchObject({ id: query.id })
})

test('an answer that is delivered again changes nothing, and one to a query for another host is ignored', async () => {
  const [a, b] = (await enrolled(app, 2, 'again')) as [OsqueryAgent, OsqueryAgent]
  const query = await createQuery(app, { sql: 'select 1', targets: { host_ids: [await idOf(a)] } })
  await a.next()
  expect(await b.write({ [query.id]: { rows: [{ x: 'stolen' }] } })).not.toHaveProperty('error')
  await a.write({ [query.id]: { rows: [{ x: 'first' }] } })
  await a.write({ [query.id]: { rows: [{ x: 'second' }, { x: 'third' }] } })
  await a.write({ 'not-a-query': { rows: [{ x: '1' }] }, '0190c6a0-0000-7000-8000-000000000000': { rows: [] } })
  const { items, total } = await get<{ items: { row: unknown }[]; total: number }>(`/api/queries/${query.id}/results`)
  expect(items.map(({ row }) => row)).toEqual([{ x: 'first' }])
  expect(total).toBe(1)
  const metrics = await (await app.get('/metrics')).text()
  expect(metrics).toMatch(/tailrace_query_results_total\{status="refused"\} 1/)
  expect(metrics).toMatch(/tailrace_query_results_total\{status="repeated"\} 1/)
})

test('hosts that do not answer are expired or offline at the deadline, and can answer late', async () => {
  const [taker, absent] = (await enrolled(app, 2, 'silent')) as [OsqueryAgent, OsqueryAgent]
  const ids = [await idOf(taker), await idOf(absent)]
  const query = await createQuery(app, { sql: 'select 2', targets: { host_ids: ids }, deadline_seconds: 300 })
  await taker.next()
  await app.app.db('queries').where({ id: query.id }).update({ deadline_at: new Date() })
  await untilEnd(`/api/queries/${query.id}/stream`)
  expect((await get<QueryBody>(`/api/queries/${query.id}`)).counts).toMatchObject({
    targets: 2,
    expired: 1,
    offline: 1,
    sent: 0,
  })
  await taker.write({ [query.id]: { rows: [{ two: '2' }] } })
  const { items } = await get<{ items: Record<string, unknown>[] }>(`/api/queries/${query.id}/hosts`)
  expect(items.map(({ host_identifier, state, late }) => [host_identifier, state, late])).toEqual([
    ['silent1', 'completed', true],
    ['silent2', 'offline', false],
  ])
  expect(await get(`/api/queries/${query.id}`)).toMatchObject({
    status: 'completed',
    counts: { completed: 1, expired: 0 },
  })
})

test('a query that was fetched and not answered is sent again', async () => {
  const [agent] = (await enrolled(app, 1, 'resend')) as [OsqueryAgent]
  const query = await createQuery(app, { sql: 'select 3', targets: { host_ids: [await idOf(agent)] } })
  expect(await agent.next()).toHaveProperty([query.id])
  expect(await agent.next()).toEqual({ [query.id]: 'select 3' })
  await agent.write({ [query.id]: { rows: [{ three: '3' }] } })
  const { items } = await get<{ items: Record<string, unknown>[] }>(`/api/queries/${query.id}/hosts`)
  expect(items[0]).toMatchObject({ state: 'completed', sent_count: 2 })
})

test('a read gets a few queries, in the order in which they were created', async () => {
  const [agent] = (await enrolled(app, 1, 'many')) as [OsqueryAgent]
  const targets = { host_ids: [await idOf(agent)] }
  const created: string[] = []
  for (let i = 0; i < 7; i++) created.push((await createQuery(app, { sql: `select ${i}`, targets })).id)
  expect(sqlOf(await agent.next())).toEqual([0, 1, 2, 3, 4].map(i => `select ${i}`))
  expect(sqlOf(await agent.next())).toEqual(['select 5', 'select 6'])
})

test('a cancelled query is sent to no more hosts; its job is cancelled, and a retry sends it again', async () => {
  const [a, b] = (await enrolled(app, 2, 'stop')) as [OsqueryAgent, OsqueryAgent]
  const query = await createQuery(app, { sql: 'select 4', targets: { host_ids: [await idOf(a), await idOf(b)] } })
  await a.next()
  await a.write({ [query.id]: { rows: [] } })
  const stopped = await app.post(`/api/queries/${query.id}/cancel`, { reason: 'enough' })
  expect(stopped.status).toBe(202)
  expect(await stopped.json()).toMatchObject({ query: { status: 'cancelled', counts: { no_rows: 1, pending: 1 } } })
  const job = await SseReader.open(`${app.url}/api/jobs/${query.job_id}/logs/stream`, app.headers)
  await job.until(() => job.named('end').length > 0)
  expect((await app.post(`/api/queries/${query.id}/cancel`, { reason: 'again' })).status).toBe(409)
  expect((await app.post(`/api/jobs/${query.job_id}/retry`, {})).status).toBe(202)
  expect(await b.next()).toEqual({ [query.id]: 'select 4' })
  await b.write({ [query.id]: { rows: [] } })
  const again = await SseReader.open(`${app.url}/api/queries/${query.id}/stream`, app.headers)
  await again.until(() => again.named('end').some(({ data }) => data.reason === 'completed'))
  expect(await get(`/api/queries/${query.id}`)).toMatchObject({ status: 'completed', counts: { no_rows: 2 } })
})

test('invalid targets are named in the error', async () => {
  const problem = async (body: unknown) =>
    (await (await app.post('/api/queries', body)).json()) as { errors: { path: string }[] }
  const nobody = '0190c6a0-0000-7000-8000-000000000000'
  expect((await problem({ sql: 'select 1', targets: { host_ids: [nobody] } })).errors[0]?.path).toBe(
    'body.targets.host_ids.0',
  )
  expect((await problem({ sql: 'select 1', targets: { labels: ['none'] } })).errors[0]?.path).toBe(
    'body.targets.labels.0',
  )
  expect((await problem({ sql: 'select 1', targets: { platforms: ['beos'] } })).errors[0]?.path).toBe('body.targets')
  expect((await problem({ sql: ' ', targets: { all: true } })).errors[0]?.path).toBe('body.sql')
  expect((await app.post(`/api/hosts/${nobody}/query`, { sql: 'select 1' })).status).toBe(404)
})

import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../../support/programs'
import { SseReader } from '../../support/sse'
import { createQuery, enrolled, hostIdOf, OsqueryAgent } from '../osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let here: TestApp
let there: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  here = await parts.start({ TAILRACE_ROLE: 'web' })
  there = await parts.start()
})
afterAll(() => parts.stop())

/** The same agent, sending to the other process. */
const viaOtherProcess = (agent: OsqueryAgent) =>
  Object.assign(new OsqueryAgent(there, agent.identifier), { nodeKey: agent.nodeKey })

const rowsOf = (mark: string, count: number) => Array.from({ length: count }, (_, i) => ({ mark, i: String(i) }))

test('a read that is held by one process gets a query that another process creates', async () => {
  const agents = await enrolled(here, 2, 'p')
  for (const agent of agents) await agent.settle()
  const ids = await Promise.all(agents.map(agent => hostIdOf(here, agent)))
  const waiting = agents.map(agent => agent.read())
  await eventuallyHeld(2)
  const query = await createQuery(there, { sql: 'select 1', targets: { host_ids: ids } })
  for (const { queries } of await Promise.all(waiting)) expect(queries).toEqual({ [query.id]: 'select 1' })
})

test('of concurrent deliveries to two processes, one counts, with only its own rows', async () => {
  const agents = await enrolled(here, 5, 'race')
  const ids = await Promise.all(agents.map(agent => hostIdOf(here, agent)))
  const query = await createQuery(there, { sql: 'select mark', targets: { host_ids: ids } })
  const viewers = await Promise.all(
    [here, there].map(app => SseReader.open(`${app.url}/api/queries/${query.id}/stream?limit=all`, app.headers)),
  )
  await Promise.all(
    agents.flatMap((agent, i) => [
      agent.write({ [query.id]: { rows: rowsOf('here', 30 + i) } }),
      viaOtherProcess(agent).write({ [query.id]: { rows: rowsOf('there', 30 + i) } }),
      agent.write({ [query.id]: { rows: rowsOf('again', 30 + i) } }),
    ]),
  )
  for (const viewer of viewers) {
    await viewer.until(() => viewer.named('end').length > 0, 'the end')
    expect(
      viewer
        .named('query_result')
        .map(({ data }) => data.host_identifier)
        .sort(),
    ).toEqual(agents.map(({ identifier }) => identifier))
  }
  const { items } = (await (await here.get(`/api/queries/${query.id}/results?limit=1000`)).json()) as {
    items: { host_identifier: string; row: { mark: string; i: string } }[]
  }
  for (const [i, { identifier }] of agents.entries()) {
    const rows = items.filter(({ host_identifier }) => host_identifier === identifier).map(({ row }) => row)
    expect(rows).toEqual(rowsOf(rows[0]?.mark ?? '', 30 + i))
  }
  const { db } = here.app
  expect(await db('staged_answers').count().first()).toEqual({ count: 0 })
  expect(await db('query_rows').count().first()).toEqual({ count: 30 + 31 + 32 + 33 + 34 })
})

test('a query can be created as a job, and fails without targets', async () => {
  const [agent] = (await enrolled(here, 1, 'job')) as [OsqueryAgent]
  const input = { sql: 'select 5', targets: { host_ids: [await hostIdOf(here, agent)] } }
  const { job } = (await (await here.post('/api/jobs', { kind: 'query', input })).json()) as { job: { id: string } }
  expect(await agent.next()).toEqual({ [job.id]: 'select 5' })
  await agent.write({ [job.id]: { rows: [{ five: '5' }] } })
  const ended = async (id: string) => {
    const reader = await SseReader.open(`${here.url}/api/jobs/${id}/logs/stream`, here.headers)
    await reader.until(() => reader.named('end').length > 0)
    return (await (await here.get(`/api/jobs/${id}`)).json()) as unknown
  }
  expect(await ended(job.id)).toMatchObject({
    status: 'completed',
    result: { query_id: job.id, completed: 1, rows: 1 },
  })
  const nobody = { kind: 'query', input: { sql: 'select 6', targets: { platforms: ['beos'] } } }
  const none = (await (await here.post('/api/jobs', nobody)).json()) as { job: { id: string } }
  expect(await ended(none.job.id)).toMatchObject({ status: 'failed', error: { code: 'no_targets' } })
})

test('many rows of one host are stored, in any number of chunks', async () => {
  const [agent] = (await enrolled(here, 1, 'big')) as [OsqueryAgent]
  const query = await createQuery(there, { sql: 'select big', targets: { host_ids: [await hostIdOf(here, agent)] } })
  const text = 'x'.repeat(150)
  await agent.write({ [query.id]: { rows: rowsOf(text, 50_000) } })
  const page = await here.get(`/api/queries/${query.id}/results?sort=-i&limit=1`)
  expect(await page.json()).toMatchObject({ total: 50_000, items: [{ no: 50_000, row: { i: '49999', mark: text } }] })
})

const eventuallyHeld = (count: number) =>
  eventually(async () => {
    const metrics = await (await here.get('/metrics')).text()
    return metrics.includes(`tailrace_held_reads ${count}\n`)
  }, `${count} held reads`)

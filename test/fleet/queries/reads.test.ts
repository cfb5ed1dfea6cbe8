import { hostsWithWork, openTargets } from '../../../src/fleet/queries/target-store'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent } from '../osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ OSQUERY_HOLD_MS: '0' })
})
afterAll(() => parts.stop())

test('an agent that is not held is answered at once, and polls faster while it has queries', async () => {
  const [agent] = (await enrolled(app, 1, 'poll')) as [OsqueryAgent]
  await agent.settle()
  expect(await agent.read()).toEqual({ queries: {}, node_invalid: false })
  const query = await createQuery(app, { sql: 'select 1', targets: { platforms: ['Linux'] } })
  expect(await agent.read()).toEqual({ queries: { [query.id]: 'select 1' }, accelerate: 60, node_invalid: false })
})

test('queries without an answer do not block new ones', async () => {
  const [agent] = (await enrolled(app, 1, 'vain')) as [OsqueryAgent]
  await agent.settle()
  const targets = { host_ids: [await hostIdOf(app, agent)] }
  for (let i = 0; i < 5; i++) await createQuery(app, { sql: `select ${i}`, targets })
  expect(Object.keys((await agent.read()).queries)).toHaveLength(5)
  await app.app.db('query_targets').where('sent_count', '>', 0).update('sent_at', new Date(0))
  await createQuery(app, { sql: 'select new', targets })
  const { queries } = await agent.read()
  expect(Object.values(queries)).toContain('select new')
  expect(Object.keys(queries)).toHaveLength(5)
})

test('a query is sent again after 5 s, then after twice as long each time, up to ten minutes', async () => {
  const [agent] = (await enrolled(app, 1, 'again')) as [OsqueryAgent]
  const hostId = await hostIdOf(app, agent)
  const query = await createQuery(app, { sql: 'select 1', targets: { host_ids: [hostId] } })
  const { db } = app.app
  const isDue = async (sent_count: number, ageSeconds: number) => {
    const sent_at = new Date(Date.now() - ageSeconds * 1_000)
    await db('query_targets').where('query_id', query.id).update({ state: 'sent', sent_count, sent_at })
    const [offered, listed] = [await openTargets(db, [hostId]), await hostsWithWork(db, 100)]
    expect(listed.includes(hostId)).toBe(offered.length > 0)
    return offered.length > 0
  }
  expect([await isDue(1, 3), await isDue(1, 7)]).toEqual([false, true])
  expect([await isDue(4, 35), await isDue(4, 45)]).toEqual([false, true])
  expect([await isDue(30_000, 590), await isDue(30_000, 610)]).toEqual([false, true])
})

test('queries are listed page by page, newest or oldest first', async () => {
  await enrolled(app, 1, 'order')
  const made: string[] = []
  for (let no = 0; no < 5; no++)
    made.push((await createQuery(app, { sql: `select 'order ${no}'`, targets: { all: true } })).id)
  const read = async (sort: string) => {
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const answer = await app.get(`/api/queries?q=order&limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`)
      const page = (await answer.json()) as { items: { id: string }[]; next_cursor: string | null }
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next_cursor
    }
    return seen
  }
  expect(await read('created')).toEqual(made)
  expect(await read('-created')).toEqual(made.toReversed())
  expect((await app.get('/api/queries?sort=sql')).status).toBe(400)
})

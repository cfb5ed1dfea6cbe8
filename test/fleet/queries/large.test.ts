import { DEFAULT_TENANT_ID } from '../../../src/api'
import { changeEffect } from '../../../src/fleet/queries/change-effect'
import { outcomeOf } from '../../../src/fleet/queries/outcome'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent } from '../osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts.stop())

test('an answer whose rows were deleted does not count, and can be sent again', async () => {
  const [agent] = (await enrolled(app, 1, 'gone')) as [OsqueryAgent]
  const hostId = await hostIdOf(app, agent)
  const query = await createQuery(app, { sql: 'select 1', targets: { host_ids: [hostId] } })
  const rows = [{ n: '1' }]
  const { applied } = await app.app.streams.commit(changeEffect, {
    type: 'answer',
    query: { tenantId: DEFAULT_TENANT_ID, id: query.id },
    agent: { tenantId: DEFAULT_TENANT_ID, hostId, hostIdentifier: 'gone1', hostname: '', platform: '' },
    outcome: outcomeOf({ queryId: query.id, rows, failed: false, message: '', stats: null, truncated: false }),
    rows: [],
    staged: true,
  })
  expect(applied).toBe(false)
  await agent.write({ [query.id]: { rows } })
  expect(await (await app.get(`/api/queries/${query.id}/results`)).json()).toMatchObject({
    items: [{ row: { n: '1' } }],
  })
})

test('a few large rows are staged, and all are stored', async () => {
  const [agent] = (await enrolled(app, 1, 'large')) as [OsqueryAgent]
  const query = await createQuery(app, { sql: 'select 1', targets: { host_ids: [await hostIdOf(app, agent)] } })
  const rows = [{ text: 'x'.repeat(100_000) }, { text: 'y' }]
  const statements: string[] = []
  app.app.db.on('query', ({ sql }: { sql: string }) => statements.push(sql))
  await agent.write({ [query.id]: { rows } })
  expect(statements.filter(sql => sql.includes('INTO staged_answers'))).toHaveLength(1)
  const { items } = (await (await app.get(`/api/queries/${query.id}/results`)).json()) as { items: { row: unknown }[] }
  expect(items.map(({ row }) => row)).toEqual(rows)
  expect(await app.app.db('staged_answers').count().first()).toEqual({ count: 0 })
})

test('pages sorted by a column with long texts continue correctly', async () => {
  const [agent] = (await enrolled(app, 1, 'long')) as [OsqueryAgent]
  const query = await createQuery(app, { sql: 'select 1', targets: { host_ids: [await hostIdOf(app, agent)] } })
  const rows = ['c', 'a', 'b'].map(letter => ({ text: letter.repeat(100_000) }))
  await agent.write({ [query.id]: { rows } })
  const letters: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const params = new URLSearchParams({ sort: 'text', limit: '1', ...(cursor && { cursor }) })
    const answer = await app.get(`/api/queries/${query.id}/results?${params}`)
    expect(answer.status).toBe(200)
    const page = (await answer.json()) as { items: { row: { text: string } }[]; next_cursor: string | null }
    letters.push(...page.items.map(({ row }) => row.text.charAt(0)))
    cursor = page.next_cursor
  }
  expect(letters).toEqual(['a', 'b', 'c'])
})

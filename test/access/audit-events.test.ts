import { DEFAULT_TENANT_ID } from '../../src/access'
import { createTelling } from '../../src/access/audit'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { quietLog } from '../support/parts'
import { SseReader } from '../support/sse'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts.stop())

const events = (of: TestApp) => SseReader.open(`${of.url}/api/v2/events/stream?types=audit&limit=all`, of.headers)
interface Made {
  token: { id: string }
}
interface Row {
  id: string
  at: string
  target: unknown
}
const audited = (reader: SseReader) => reader.named('audit').map(({ data }) => data.data as { audit_id: string })

test('a change is told of as a tenant event, without what is for admins only', async () => {
  const reader = await events(app)
  const made = await app.post('/api/tokens', { name: 'CI', role: 'viewer', reason: 'a secret plan' })
  const { token } = (await made.json()) as Made
  const event = await reader.next('audit')
  const answer = await app.get('/api/audit?action=token.create')
  const [row] = ((await answer.json()) as { items: Row[] }).items
  expect(row).toMatchObject({ reason: 'a secret plan', target: { type: 'token', id: token.id } })
  expect(event.data).toMatchObject({
    type: 'audit',
    source: 'access',
    labels: { action: 'token.create' },
    data: { audit_id: row?.id, at: row?.at, action: 'token.create', target: row?.target, result: 'ok' },
  })
  expect(JSON.stringify(event.data)).not.toContain('secret plan')
  await reader.close()
})

test('what is rolled back is not told of, and what a crash kept back is told of once', async () => {
  const other = await parts.start()
  const by = { tenantId: DEFAULT_TENANT_ID, actor: { type: 'system' as const, id: null, name: 'test' } }
  await expect(
    app.app.db.transaction(async trx => {
      await app.app.access.audit.record({ by, action: 'test.undone' }, trx)
      throw new Error('undone')
    }),
  ).rejects.toThrow('undone')
  const reader = await events(other)
  const ids = ['01a1fe71-0000-7000-8000-000000000001', '01a1fe71-0000-7000-8000-000000000002']
  for (const id of ids)
    await app.app.db('audit_log').insert({
      ...{ id, tenant_id: DEFAULT_TENANT_ID, actor_type: 'system', actor_name: 'crashed' },
      ...{ action: 'test.crash', result: 'ok', told: false },
    })
  const tellings = [app, other].map(({ app: { db, streams } }) => createTelling({ db, log: quietLog, events: streams }))
  await Promise.all([...tellings, ...tellings].map(telling => telling.mend()))
  for (const { app: each } of [app, other]) await each.streams.flush()
  await app.app.access.audit.record({ by, action: 'test.last' })
  const has = (action: string) => audited(reader).some(data => 'action' in data && data.action === action)
  await reader.until(() => has('test.last'))
  const told = audited(reader).map(data => data.audit_id)
  expect(told.filter(id => ids.includes(id)).sort()).toEqual(ids)
  expect(has('test.undone')).toBe(false)
  await reader.close()
})

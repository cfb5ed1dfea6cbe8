import { createAuditEvents } from '../../src/access/audit'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { type AuditRecord, auditEvent } from '../../src/contract/audit'
import type { Token } from '../../src/contract/tokens'
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
const audited = (reader: SseReader) => reader.named('audit').map(({ data }) => auditEvent.parse(data.data))

test('a change is published as a tenant event, without its reason and details', async () => {
  const reader = await events(app)
  const made = await app.post('/api/tokens', { name: 'CI', role: 'viewer', reason: 'a secret plan' })
  const { token } = (await made.json()) as { token: Token }
  const event = await reader.next('audit')
  const answer = await app.get('/api/audit?action=token.create')
  const [row] = ((await answer.json()) as { items: AuditRecord[] }).items
  expect(row).toMatchObject({ reason: 'a secret plan', target: { type: 'token', id: token.id } })
  expect(event.data).toMatchObject({
    type: 'audit',
    source: 'access',
    labels: { action: 'token.create' },
    data: { audit_id: row?.id, at: row?.at, action: 'token.create', target: row?.target, result: 'ok' },
  })
  expect(auditEvent.parse(event.data.data)).toEqual(event.data.data) // it has no other fields
  await reader.close()
})

test('a rolled back change has no event, and an event delayed by a crash is published once', async () => {
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
  const processes = [app, other].map(({ app: { db, streams } }) =>
    createAuditEvents({ db, log: quietLog, events: streams }),
  )
  await Promise.all([...processes, ...processes].map(each => each.publishMissed()))
  for (const { app: each } of [app, other]) await each.streams.flush()
  await app.app.access.audit.record({ by, action: 'test.last' })
  const has = (action: string) => audited(reader).some(data => data.action === action)
  await reader.until(() => has('test.last'))
  const published = audited(reader).map(data => data.audit_id)
  expect(published.filter(id => ids.includes(id)).sort()).toEqual(ids)
  expect(has('test.undone')).toBe(false)
  await reader.close()
})

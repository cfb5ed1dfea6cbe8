import { DEFAULT_TENANT_ID } from '../../src/api'
import { type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

const by = { tenantId: DEFAULT_TENANT_ID, actor: { type: 'user' as const, id: 'u1', name: 'Ada' } }

test('changes are recorded with who, what, target, reason and result', async () => {
  const made = await site.ask('POST', '/api/tokens', { body: { name: 'CI', role: 'viewer' } })
  const { items } = (await site.ask('GET', '/api/audit?limit=1')).body
  expect(items).toEqual([
    {
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/),
      actor: { type: 'token', id: expect.any(String), name: 'TAILRACE_ADMIN_TOKEN' },
      action: 'token.create',
      target: { type: 'token', id: made.body.token.id },
      reason: null,
      result: 'ok',
      data: { name: 'CI', role: 'viewer' },
    },
  ])
})

test('a record is part of its transaction, has secrets redacted, and takes any text', async () => {
  const record = { by, action: 'job.cancel', target: { type: 'job', id: 'j1' } }
  await expect(
    site.db.transaction(async trx => {
      await site.access.audit.record({ ...record, reason: 'rolled back' }, trx)
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  const data = { password: 'secret!', text: 'NUL \0 half \ud800', token: site.adminToken }
  await site.access.audit.record({ ...record, reason: 'why\0not', result: 'failed', data })
  const { items } = (await site.ask('GET', '/api/audit?action=job.cancel')).body
  expect(items).toMatchObject([
    { actor: by.actor, reason: 'why\ufffdnot', result: 'failed', data: { password: '[redacted]', text: data.text } },
  ])
  expect(JSON.stringify(items)).not.toContain(site.adminToken)
})

test('the list can be filtered and paged', async () => {
  for (let n = 0; n < 7; n += 1)
    await site.access.audit.record({ by, action: 'host.rename', target: { type: 'host', id: `h${n}` } })
  const ask = async (query: string) => (await site.ask('GET', `/api/audit?${query}`)).body
  const first = await ask('action=host.rename&limit=4')
  const rest = await ask(`action=host.rename&limit=4&cursor=${first.next_cursor}`)
  const ids = [...first.items, ...rest.items].map(item => item.target.id)
  expect(ids).toEqual(['h6', 'h5', 'h4', 'h3', 'h2', 'h1', 'h0'])
  expect(rest.next_cursor).toBeNull()
  expect((await ask('target_type=host&target_id=h3')).items).toHaveLength(1)
  expect((await ask('actor_id=u1&result=refused')).items).toHaveLength(0)
  expect((await ask('actor=ADA&action=host.&limit=2')).items).toMatchObject([
    { target: { id: 'h6' } },
    { target: { id: 'h5' } },
  ])
  expect((await ask('actor=u1&action=hos')).items).toHaveLength(0)
  expect((await ask('actor=nobody')).items).toHaveLength(0)
  expect((await ask('until=2001-01-01T00:00:00Z')).items).toHaveLength(0)
  expect((await ask('action=host.rename&since=2001-01-01T00:00:00Z')).items).toHaveLength(7)
})

test.each([
  'limit=0',
  'limit=x',
  'cursor=x',
  'since=yesterday',
  'action=%00',
  'nothing=1',
  'action=a&action=b',
  'result=?',
])('?%s is refused, naming the parameter', async query => {
  const answer = await site.ask('GET', `/api/audit?${query}`)
  expect(answer.status).toBe(400)
  expect(answer.body.errors.map((each: { path: string }) => each.path)).toEqual([`query.${query.split('=')[0]}`])
})

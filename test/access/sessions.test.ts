import { cookieOf, type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

const open = async (token: string, agent = 'test') => {
  const headers = { 'user-agent': agent }
  return cookieOf(await site.ask('POST', '/api/session', { as: null, headers, body: { token } }))
}
const list = async (cookie: string, query = '') => (await site.ask('GET', `/api/sessions${query}`, { cookie })).body
const status = async (cookie: string) => (await site.ask('GET', '/api/session', { cookie })).status

test('everybody sees their own sessions, can tell them apart, and can end them', async () => {
  const token = await site.tokenFor('viewer')
  const [mine, phone] = [await open(token), await open(token, `${'Phone '.repeat(60)}`)]
  const { items } = await list(mine)
  expect(items).toEqual([
    expect.objectContaining({ current: false, agent: expect.stringMatching(/^(Phone )+/), client: '127.0.0.1' }),
    expect.objectContaining({ current: true, agent: 'test', holder: expect.objectContaining({ type: 'token' }) }),
  ])
  expect(items[0].agent.length).toBeLessThanOrEqual(200)
  const ended = await site.ask('DELETE', `/api/sessions/${items[0].id}?reason=lost`, { cookie: mine })
  expect(ended.status).toBe(204)
  expect([await status(mine), await status(phone)]).toEqual([200, 401])
  expect((await site.ask('DELETE', `/api/sessions/${items[0].id}`, { cookie: mine })).status).toBe(404)
  const [row] = (await site.ask('GET', '/api/audit?action=session.end')).body.items
  expect(row).toMatchObject({ reason: 'lost', target: { type: 'session', id: items[0].id } })
})

test('only admins see and end the sessions of others', async () => {
  const [mine, theirs] = [await open(await site.tokenFor('operator')), await open(await site.tokenFor('operator'))]
  const [their] = (await list(theirs)).items
  expect((await list(mine)).items).toHaveLength(1)
  expect((await site.ask('DELETE', `/api/sessions/${their.id}`, { cookie: mine })).status).toBe(404)
  expect((await site.ask('GET', '/api/sessions?scope=tenant', { cookie: mine })).status).toBe(403)
  expect((await site.ask('GET', `/api/sessions?member_id=${their.id}`, { cookie: mine })).status).toBe(403)
  expect((await site.ask('GET', `/api/sessions?member_id=${their.id}`)).status).toBe(404)
  const all = (await site.ask('GET', '/api/sessions?scope=tenant&limit=2')).body
  expect(all.items.map((item: { id: string }) => item.id)).toContain(their.id)
  const next = (await site.ask('GET', `/api/sessions?scope=tenant&limit=2&cursor=${all.next_cursor}`)).body
  const ids = [...all.items, ...next.items].map(item => item.id)
  expect(ids).toEqual([...new Set(ids)].sort().reverse())
  expect((await site.ask('DELETE', `/api/sessions/${their.id}`)).status).toBe(204)
  expect(await status(theirs)).toBe(401)
})

test("an admin sees a member's sessions, but another tenant's admin does not", async () => {
  const [admin] = (await site.ask('GET', '/api/members')).body.items
  const code = new URL(await site.access.createSignInLink('http://x')).searchParams.get('code')
  const cookie = cookieOf(await site.ask('POST', '/api/session', { as: null, body: { code } }))
  const { items } = (await site.ask('GET', `/api/sessions?member_id=${admin.id}`)).body
  expect(items).toMatchObject([{ holder: { type: 'user', id: admin.id, name: 'Admin' } }])
  const otherAdmin = await site.tokenFor('admin', await site.anotherTenant())
  expect((await site.ask('GET', `/api/sessions?member_id=${admin.id}`, { as: otherAdmin })).status).toBe(404)
  expect((await site.ask('DELETE', `/api/sessions/${items[0].id}`, { as: otherAdmin })).status).toBe(404)
  expect((await site.ask('GET', '/api/sessions?scope=tenant', { as: otherAdmin })).body.items).toEqual([])
  expect(await status(cookie)).toBe(200)
})

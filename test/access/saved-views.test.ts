import { type Site, startSite } from '../web/site'

let site: Site
let one: string
let other: string
let admin: string
beforeAll(async () => {
  site = await startSite()
  ;[one, other, admin] = await Promise.all([site.tokenFor('viewer'), site.tokenFor('operator'), site.tokenFor('admin')])
})
afterAll(() => site.stop())

const create = (as: string, body: object) =>
  site.ask('POST', '/api/saved-views', { as, body: { page: 'jobs', search: '?status=failed', ...body } })
const namesFor = async (as: string, query = '') =>
  (await site.ask('GET', `/api/saved-views?limit=500${query}`, { as })).body.items.map(
    ({ name }: { name: string }) => name,
  )

test('a private view is seen, changed and deleted by its owner alone', async () => {
  const made = await create(one, { name: 'mine' })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ page: 'jobs', name: 'mine', search: '?status=failed', shared: false, own: true })
  const { id } = made.body
  expect(await namesFor(one)).toContain('mine')
  for (const as of [other, admin]) {
    expect(await namesFor(as)).not.toContain('mine')
    expect((await site.ask('PATCH', `/api/saved-views/${id}`, { as, body: { name: 'x' } })).status).toBe(404)
    expect((await site.ask('DELETE', `/api/saved-views/${id}`, { as })).status).toBe(404)
  }
  const changed = await site.ask('PATCH', `/api/saved-views/${id.toUpperCase()}`, { as: one, body: { search: '' } })
  expect(changed.body).toMatchObject({ name: 'mine', search: '' })
  expect((await site.ask('DELETE', `/api/saved-views/${id}`, { as: one })).status).toBe(204)
  expect(await namesFor(one)).not.toContain('mine')
})

test('a shared view is seen by the tenant, and changed by its owner or an admin', async () => {
  const { body } = await create(one, { name: 'for all', shared: true })
  const url = `/api/saved-views/${body.id}`
  const seen = await site.ask('GET', '/api/saved-views', { as: other })
  expect(seen.body.items).toEqual([expect.objectContaining({ name: 'for all', own: false })])
  const refused = await site.ask('PATCH', url, { as: other, body: { name: 'taken over' } })
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
  expect((await site.ask('DELETE', url, { as: other })).status).toBe(403)
  const theirs = await site.tokenFor('admin', await site.anotherTenant())
  expect(await namesFor(theirs)).toEqual([])
  expect((await site.ask('DELETE', url, { as: theirs })).status).toBe(404)

  const renamed = await site.ask('PATCH', url, { as: admin, body: { name: 'renamed', reason: 'typo' } })
  expect(renamed.body).toMatchObject({ name: 'renamed', own: false, search: '?status=failed' })
  expect((await site.ask('DELETE', `${url}?reason=old`, { as: admin })).status).toBe(204)
  const audit = await site.ask('GET', `/api/audit?target_id=${body.id}`)
  expect(audit.body.items.map((row: { action: string; reason: string | null }) => [row.action, row.reason])).toEqual([
    ['saved_view.delete', 'old'],
    ['saved_view.update', 'typo'],
    ['saved_view.create', null],
  ])
})

test('names are unique per owner and page, and pages are listed apart', async () => {
  const { body } = await create(other, { name: 'twice' })
  expect((await create(other, { name: 'twice' })).body.code).toBe('name_taken')
  expect((await create(other, { name: 'twice', page: 'hosts' })).status).toBe(201)
  const third = await create(other, { name: 'third' })
  const clash = await site.ask('PATCH', `/api/saved-views/${third.body.id}`, { as: other, body: { name: 'twice' } })
  expect([clash.status, clash.body.code]).toEqual([409, 'name_taken'])
  expect(await namesFor(other, '&page=hosts')).toEqual(['twice'])
  expect((await site.ask('PATCH', `/api/saved-views/${body.id}`, { as: other, body: { name: 'twice' } })).status).toBe(
    200,
  )
})

test.each([
  [{ name: '   ' }, 'body.name'],
  [{ name: 'x'.repeat(61) }, 'body.name'],
  [{ name: 'x', search: 'https://example.org/' }, 'body.search'],
  [{ name: 'x', search: `?${'q'.repeat(2_000)}` }, 'body.search'],
  [{ name: 'x', page: 'members' }, 'body.page'],
])('%j is refused by name', async (body, path) => {
  const answer = await create(one, body)
  expect([answer.status, answer.body.errors[0].path]).toEqual([400, path])
})

test('somebody has at most 50 views, however many are saved at once', async () => {
  const as = await site.tokenFor('viewer')
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => create(as, { name: `view ${n}` })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(50)
  expect(answers.find(({ status }) => status !== 201)?.body).toMatchObject({ status: 409, code: 'too_many_views' })
  const first = await site.ask('GET', '/api/saved-views?limit=30', { as })
  const rest = await site.ask('GET', `/api/saved-views?limit=30&cursor=${first.body.next_cursor}`, { as })
  expect(first.body.items.length + rest.body.items.length).toBe(50)
  expect(rest.body.next_cursor).toBeNull()
})

test('private views end with their token, shared ones stay', async () => {
  const { body } = await site.ask('POST', '/api/tokens', { body: { name: 'leaves', role: 'viewer' } })
  await create(body.secret, { name: 'ends' })
  await create(body.secret, { name: 'stays', shared: true })
  expect((await site.ask('DELETE', `/api/tokens/${body.token.id}`)).status).toBe(204)
  const left = await site.db('saved_views').where({ owner_id: body.token.id }).pluck('name')
  expect(left).toEqual(['stays'])
})

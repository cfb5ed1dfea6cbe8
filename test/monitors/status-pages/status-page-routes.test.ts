import { newId } from '../../../src/base/ids'
import { addMonitor, type Pages, startPages } from './world'

let pages: Pages
let operator: string
beforeAll(async () => {
  pages = await startPages()
  operator = await pages.tokenFor('operator')
})
afterAll(() => pages.stop())
beforeEach(async () => {
  await pages.db('status_pages').delete()
  pages.records.length = 0
})

const ask = (method: string, path = '', body?: object, as = operator) =>
  pages.ask(method, `/api/status-pages${path}`, { as, ...(body && { body }) })
const paths = (answer: { body: { errors: { path: string }[] } }) => answer.body.errors.map(({ path }) => path)

test('creates, lists, changes and deletes a page, and records who did', async () => {
  const [a, b] = [await addMonitor(pages.db), await addMonitor(pages.db)]
  const groups = [{ title: 'Shop', monitor_ids: [b] }]
  const created = await ask('POST', '', { slug: 'shop', title: 'The shop', monitor_ids: [a], groups })
  expect(created).toMatchObject({ status: 201, body: { slug: 'shop', description: '', published: false, groups } })
  expect(created.body.monitor_ids).toEqual([a, b])
  expect(created.body.monitors).toEqual([
    { id: a, name: 'API' },
    { id: b, name: 'API' },
  ])
  const { id } = created.body
  expect((await ask('GET', `/${id}`)).body).toEqual(created.body)
  await ask('POST', '', { slug: 'blog', title: 'A blog' })
  const titles = async (query: string) =>
    (await ask('GET', query)).body.items.map(({ title }: { title: string }) => title)
  expect(await titles('')).toEqual(['A blog', 'The shop'])
  expect(await titles('?q=SHOP')).toEqual(['The shop'])
  const { next_cursor } = (await ask('GET', '?limit=1')).body
  expect(await titles(`?limit=1&cursor=${next_cursor}`)).toEqual(['The shop'])
  const changed = await ask('PATCH', `/${id}`, { published: true, reason: 'Launch' })
  expect(changed).toMatchObject({ status: 200, body: { published: true, title: 'The shop', monitor_ids: [a, b] } })
  expect((await ask('DELETE', `/${id}`)).status).toBe(204)
  expect((await ask('GET', `/${id}`)).status).toBe(404)
  expect(pages.records.map(({ action }) => action)).toEqual([
    'status_page.create',
    'status_page.create',
    'status_page.update',
    'status_page.delete',
  ])
  expect(pages.records[2]?.reason).toBe('Launch')
})

test('names monitors that are not of the tenant', async () => {
  const own = await addMonitor(pages.db)
  const foreign = await addMonitor(pages.db, { tenantId: await pages.anotherTenant() })
  const body = {
    ...{ slug: 'x', title: 'X', monitor_ids: [own, foreign] },
    groups: [{ title: 'G', monitor_ids: [newId(), own] }],
  }
  const refused = await ask('POST', '', body)
  expect(refused.status).toBe(400)
  expect(paths(refused)).toEqual(['body.monitor_ids.1', 'body.groups.0.monitor_ids.0'])
  const { id } = await pages.create({ slug: 'x', title: 'X', monitor_ids: [own] })
  expect(paths(await ask('PATCH', `/${id}`, { monitor_ids: [own, own, foreign] }))).toEqual(['body.monitor_ids.2'])
})

test('a list of monitors decides over the groups unless they are given, too', async () => {
  const [a, b, c] = [await addMonitor(pages.db), await addMonitor(pages.db), await addMonitor(pages.db)]
  const groups = [{ title: 'G', monitor_ids: [a, b, a] }]
  const { id } = await pages.create({ slug: 'g', title: 'G', monitor_ids: [c], groups })
  expect((await ask('PATCH', `/${id}`, { monitor_ids: [b, c] })).body).toMatchObject({
    monitor_ids: [b, c],
    groups: [{ title: 'G', monitor_ids: [b] }],
  })
  expect((await ask('PATCH', `/${id}`, { groups: [] })).body).toMatchObject({ monitor_ids: [b, c], groups: [] })
})

test('a monitor that has been deleted is gone from the page, which can still be changed', async () => {
  const [a, b] = [await addMonitor(pages.db), await addMonitor(pages.db)]
  const { id } = await pages.create({ slug: 'd', title: 'D', groups: [{ title: 'G', monitor_ids: [a, b] }] })
  await pages.db('monitors').where({ id: a }).delete()
  expect((await ask('GET', `/${id}`)).body).toMatchObject({ monitor_ids: [b], groups: [{ monitor_ids: [b] }] })
  expect((await ask('PATCH', `/${id}`, { title: 'E' })).body).toMatchObject({ title: 'E', monitor_ids: [b] })
})

test('an address belongs to one page of all tenants', async () => {
  const other = await pages.tokenFor('operator', await pages.anotherTenant())
  await pages.create({ slug: 'mine', title: 'Mine' }, other)
  const taken = await ask('POST', '', { slug: 'mine', title: 'Mine' })
  expect(taken).toMatchObject({ status: 409, body: { code: 'slug_taken' } })
  expect(taken.body.detail).toContain('/status/mine')
  const { id } = await pages.create({ slug: 'yours', title: 'Yours' })
  expect((await ask('PATCH', `/${id}`, { slug: 'mine' })).status).toBe(409)
  expect((await ask('PATCH', `/${id}`, { slug: 'yours' })).status).toBe(200)
})

test('other tenants neither see nor change a page, and viewers only read', async () => {
  const { id } = await pages.create({ slug: 'own', title: 'Own' })
  const other = await pages.tokenFor('admin', await pages.anotherTenant())
  expect((await ask('GET', '', undefined, other)).body.items).toEqual([])
  for (const method of ['GET', 'PATCH', 'DELETE'])
    expect((await ask(method, `/${id}`, method === 'PATCH' ? {} : undefined, other)).status).toBe(404)
  const viewer = await pages.tokenFor('viewer')
  expect((await ask('GET', `/${id}`, undefined, viewer)).status).toBe(200)
  expect((await ask('DELETE', `/${id}`, undefined, viewer)).status).toBe(403)
})

test('a tenant has at most a hundred pages', async () => {
  const row = { tenant_id: '00000000-0000-7000-8000-000000000001', title: 'T', description: '', groups: '[]' }
  await pages.db('status_pages').insert(
    Array.from({ length: 99 }, (_, i) => ({
      ...{ ...row, id: newId(), slug: `s${i}`, monitor_ids: [], published: false, created_by: {} },
    })),
  )
  const answers = await Promise.all(['a', 'b', 'c'].map(slug => ask('POST', '', { slug, title: slug })))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
})

test.each(['', 'Shop', '-shop', 'shop-', 'a b', 'a'.repeat(64), '../x', 'a.json'])('%j is no address', async slug =>
  expect(paths(await ask('POST', '', { slug, title: 'T' }))).toEqual(['body.slug']),
)

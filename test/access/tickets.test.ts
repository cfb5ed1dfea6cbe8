import { type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

const createTicket = async (topics: unknown = ['job:1'], as = site.adminToken) =>
  site.ask('POST', '/api/tickets', { as, body: { topics } })

test('a ticket opens its topics once, as the principal who requested it', async () => {
  const viewer = await site.tokenFor('viewer')
  const { status, body } = await createTicket(['job:1', 'job:2'], viewer)
  expect(status).toBe(201)
  const life = new Date(body.expires_at).getTime() - Date.now()
  expect(life).toBeGreaterThan(20_000)
  expect(life).toBeLessThanOrEqual(31_000)
  const uses = await Promise.allSettled(Array.from({ length: 10 }, () => site.access.useTicket(body.ticket)))
  const good = uses.filter(use => use.status === 'fulfilled')
  expect(good.map(use => use.value)).toMatchObject([{ principal: { role: 'viewer' }, topics: ['job:1', 'job:2'] }])
})

test('expired, made-up and revoked tickets are refused', async () => {
  const [old, revoked] = [
    (await createTicket()).body.ticket,
    (await createTicket(['job:1'], await site.tokenFor('viewer'))).body.ticket,
  ]
  await site.db('api_tokens').where({ role: 'viewer' }).update({ revoked_at: new Date() })
  await expect(site.access.useTicket(revoked)).rejects.toMatchObject({ status: 401 })
  await site.db('tickets').update({ expires_at: new Date(Date.now() - 1) })
  for (const ticket of [old, 'trk_x', '', 'a\0b'])
    await expect(site.access.useTicket(ticket)).rejects.toMatchObject({ status: 401 })
})

test('topics are checked when a ticket is created', async () => {
  expect((await createTicket(['nothing'])).status).toBe(404)
  for (const topics of [[], undefined, 'job:1', [''], ['a\0'], Array(51).fill('job:1'), [1]])
    expect((await site.ask('POST', '/api/tickets', { body: { topics } })).status).toBe(400)
})

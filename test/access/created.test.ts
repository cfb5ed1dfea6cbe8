import { cookieOf, type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

interface By {
  as?: string
  cookie?: string
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
const createToken = (by: By, body: object = {}) =>
  site.ask('POST', '/api/tokens', { ...by, body: { name: 'created', role: 'admin', ...body } })
const sessionStatus = async (by: By) => (await site.ask('GET', '/api/session', by)).status
const signIn = (body: unknown) => site.ask('POST', '/api/session', { as: null, body })

let count = 0
/** An admin who signed in with a link. */
async function admin() {
  count += 1
  const made = await invite({ as: site.adminToken })
  return { id: made.body.member.id as string, cookie: cookieOf(await signIn({ code: made.code })) }
}

async function invite(by: By) {
  count += 1
  const body = { email: `created-${count}@example.org`, name: 'Created', role: 'admin' }
  const answer = await site.ask('POST', '/api/members', { ...by, body })
  return { ...answer, code: new URL(answer.body.link).searchParams.get('code') }
}

describe('a token created with a token', () => {
  test('does not outlive it, even when created through its session', async () => {
    const parent = (await createToken({ as: site.adminToken }, { expires_at: inAnHour() })).body
    const end = parent.token.expires_at
    const cookie = cookieOf(await signIn({ token: parent.secret }))
    for (const by of [{ as: parent.secret }, { cookie }]) {
      expect((await createToken(by)).body.token.expires_at).toBe(end)
      expect((await createToken(by, { expires_at: null })).body.token.expires_at).toBe(end)
      const sooner = new Date(Date.now() + 60_000).toISOString()
      expect((await createToken(by, { expires_at: sooner })).body.token.expires_at).toBe(sooner)
      const later = await createToken(by, { expires_at: '2099-01-01T00:00:00Z' })
      expect([later.status, later.body.errors]).toEqual([
        400,
        [
          {
            path: 'body.expires_at',
            message: `A token cannot outlive the one it is created with, which expires at ${end}.`,
          },
        ],
      ])
    }
    const grandchild = (await createToken({ as: (await createToken({ as: parent.secret })).body.secret })).body
    expect(grandchild.token.expires_at).toBe(end)
  })

  test('is revoked with it, with everything created through either', async () => {
    const parent = (await createToken({ as: site.adminToken })).body
    const child = (await createToken({ as: parent.secret })).body
    const opened = cookieOf(await signIn({ token: child.secret }))
    const grandchild = (await createToken({ cookie: opened })).body
    const other = (await createToken({ as: site.adminToken })).body
    await site.ask('DELETE', `/api/tokens/${child.token.id}`)
    expect(await sessionStatus({ as: parent.secret })).toBe(200)
    expect(await sessionStatus({ as: grandchild.secret })).toBe(401)
    const second = (await createToken({ as: parent.secret })).body
    const ended: string[] = []
    site.access.onRevoked(id => ended.push(id))
    await site.ask('DELETE', `/api/tokens/${parent.token.id}`)
    expect(await sessionStatus({ cookie: opened })).toBe(401)
    expect(await sessionStatus({ as: second.secret })).toBe(401)
    expect(await sessionStatus({ as: other.secret })).toBe(200)
    expect(ended.sort()).toEqual([parent.token.id, second.token.id].sort())
  })
})

test('a token created by a member expires only if it is given an expiry', async () => {
  const { cookie } = await admin()
  expect((await createToken({ cookie })).body.token.expires_at).toBeNull()
})

describe('a one-time link', () => {
  test('ends with the token that created it', async () => {
    const parent = (await createToken({ as: site.adminToken }, { expires_at: inAnHour() })).body
    expect((await invite({ as: parent.secret })).body.expires_at).toBe(parent.token.expires_at)
    const kept = await invite({ as: site.adminToken })
    const child = (await createToken({ as: parent.secret })).body
    const [one, two] = [await invite({ as: parent.secret }), await invite({ as: child.secret })]
    await site.ask('DELETE', `/api/tokens/${parent.token.id}`)
    expect((await signIn({ code: one.code })).status).toBe(401)
    expect((await signIn({ code: two.code })).status).toBe(401)
    expect((await signIn({ code: kept.code })).status).toBe(201)
  })

  test.each(['is removed', 'is no longer an admin'])('ends when the member who created it %s', async how => {
    const { id, cookie } = await admin()
    const token = (await createToken({ cookie })).body
    const tenant = { name: 'Acme', admin: { email: `wile-${count}@example.org`, name: 'Wile' } }
    const codes = [
      (await invite({ cookie })).code,
      (await invite({ as: token.secret })).code,
      new URL((await site.ask('POST', '/api/tenants', { cookie, body: tenant })).body.link).searchParams.get('code'),
    ]
    if (how === 'is removed') await site.ask('DELETE', `/api/members/${id}`)
    else await site.ask('PATCH', `/api/members/${id}`, { body: { role: 'operator' } })
    for (const code of codes) expect((await signIn({ code })).status).toBe(401)
  })
})

import crypto from 'node:crypto'
import { type Answer, cookieOf, type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

const signIn = (body: unknown) => site.ask('POST', '/api/session', { as: null, body })
const codeOf = (link: string) => new URL(link).searchParams.get('code') ?? ''
const newCode = async () => codeOf(await site.access.createSignInLink('http://x/'))

async function signedIn(): Promise<string> {
  return cookieOf(await signIn({ code: await newCode() }))
}

test('the one-time link opens a session', async () => {
  const link = await site.access.createSignInLink('http://127.0.0.1:8080/')
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:8080\/sign-in\?code=trc_[\w-]{43}$/)
  const answer = await signIn({ code: codeOf(link) })
  expect(answer.status).toBe(201)
  expect(answer.body).toMatchObject({ tenant: { name: 'Default' }, role: 'admin', name: 'Admin' })
  expect(answer.headers.get('set-cookie')).toMatch(
    /^tailrace_[0-9a-f]{8}=trs_[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  const me = await site.ask('GET', '/api/session', { cookie: cookieOf(answer) })
  expect(me.body).toEqual(answer.body)
  expect(cookieOf(me)).toBe(cookieOf(answer))
})

test('of ten concurrent uses of a code, one succeeds', async () => {
  const code = await newCode()
  const answers = await Promise.all(Array.from({ length: 10 }, () => signIn({ code })))
  expect(answers.map(answer => answer.status).sort()).toEqual([201, ...Array(9).fill(401)])
  expect(answers.find(answer => answer.status === 401)?.body).toMatchObject({ code: 'sign_in_refused' })
})

test('a new start link replaces the previous one', async () => {
  const [first, second] = [await newCode(), await newCode()]
  expect((await signIn({ code: first })).status).toBe(401)
  expect((await signIn({ code: second })).status).toBe(201)
})

test('an expired code is refused', async () => {
  const code = await newCode()
  await site.db('sign_in_codes').update({ expires_at: new Date(Date.now() - 1) })
  expect((await signIn({ code })).status).toBe(401)
})

test('secrets are stored as hashes only', async () => {
  const code = await newCode()
  const cookie = await signedIn()
  const tables = ['sign_in_codes', 'sessions', 'api_tokens']
  const stored = JSON.stringify(await Promise.all(tables.map(table => site.db(table).select())))
  for (const secret of [code, cookie.split('=')[1], site.adminToken]) expect(stored).not.toContain(secret)
})

test('a session opened with a token has its role and ends with it', async () => {
  const token = await site.tokenFor('operator')
  const answer = await signIn({ token })
  expect(answer.body).toMatchObject({ role: 'operator', actor: { type: 'token', name: 'a operator' } })
  const ended: string[] = []
  site.access.onRevoked(id => ended.push(id))
  expect((await site.ask('DELETE', `/api/tokens/${answer.body.actor.id}`)).status).toBe(204)
  expect((await site.ask('GET', '/api/session', { cookie: cookieOf(answer) })).status).toBe(401)
  expect((await site.ask('GET', '/api/session', { as: token })).status).toBe(401)
  expect(ended).toHaveLength(2)
})

test('signing out ends the session and deletes the cookie', async () => {
  const cookie = await signedIn()
  const answer = await site.ask('DELETE', '/api/session', { cookie })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('set-cookie')).toMatch(/^tailrace_[0-9a-f]{8}=; Max-Age=0/)
  expect((await site.ask('GET', '/api/session', { cookie })).status).toBe(401)
  expect((await site.ask('DELETE', '/api/session')).status).toBe(409)
})

test("signing in again ends the browser's previous session and its streams; a refused attempt does not", async () => {
  const cookie = await signedIn()
  const again = (body: unknown, more = {}) => site.ask('POST', '/api/session', { as: null, cookie, body, ...more })
  expect((await again({ token: 'trt_wrong' })).status).toBe(401)
  expect((await site.ask('GET', '/api/session', { cookie })).status).toBe(200)
  const ended: string[] = []
  site.access.onRevoked(id => ended.push(id))
  const answer = await again({ token: site.adminToken }, { headers: { authorization: 'Bearer trt_wrong' } })
  expect(answer.status).toBe(201)
  expect((await site.ask('GET', '/api/session', { cookie })).status).toBe(401)
  expect(ended).toHaveLength(1)
  expect((await site.ask('GET', '/api/session', { cookie: cookieOf(answer) })).status).toBe(200)
  expect(await site.db('audit_log').where({ action: 'session.end', target_id: ended[0] })).toHaveLength(1)
})

test('two installations on one host have different cookies, and all processes of one the same', async () => {
  const other = await startSite()
  const third = site.anotherAccess()
  await third.start()
  expect(third.cookieName()).toBe(site.access.cookieName())
  expect(other.access.cookieName()).not.toBe(site.access.cookieName())
  const here = await signedIn()
  const there = cookieOf(await other.ask('POST', '/api/session', { as: null, body: { token: other.adminToken } }))
  const cookie = `${here}; ${there}`
  for (const each of [site, other]) expect((await each.ask('GET', '/api/session', { cookie })).status).toBe(200)
  const { components } = (await site.ask('GET', '/api/openapi.json')).body
  expect(components.securitySchemes.session.name).toBe(site.access.cookieName())
  await other.stop()
})

test('changing a password needs the current one and ends other sessions', async () => {
  const [cookie, other] = [await signedIn(), await signedIn()]
  const set = (body: unknown, by = cookie) => site.ask('PUT', '/api/session/password', { cookie: by, body })
  expect((await set({ password: 'short' })).body.errors[0].path).toBe('body.password')
  const hasPassword = async () => (await site.ask('GET', '/api/session', { cookie })).body.has_password
  expect(await hasPassword()).toBe(false)
  expect((await set({ password: 'correct horse battery' })).status).toBe(204)
  expect(await hasPassword()).toBe(true)
  expect((await site.ask('GET', '/api/session', { cookie: other })).status).toBe(401)
  expect((await site.ask('GET', '/api/session', { cookie })).status).toBe(200)
  expect((await set({ password: 'another long one!' })).body.errors[0].path).toBe('body.current_password')
  const byPassword = await signIn({ email: 'ADMIN@localhost', password: 'correct horse battery' })
  expect(byPassword.status).toBe(201)
  expect(byPassword.body.role).toBe('admin')
  expect((await site.ask('PUT', '/api/session/password', { body: { password: 'x'.repeat(20) } })).status).toBe(409)
})

test('a session used after an hour is extended to thirty days from then', async () => {
  const cookie = await signedIn()
  const soon = new Date(Date.now() + 60_000)
  await site.db('sessions').update({ used_at: new Date(Date.now() - 3_700_000), expires_at: soon })
  const fresh = site.anotherAccess()
  await fresh.start()
  await fresh.authenticate({ headers: { cookie }, url: '/' } as never)
  const [row] = await site.db('sessions').where('expires_at', '>', soon)
  expect(row.expires_at.getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000)
})

test('an expired session is refused, and swept', async () => {
  const cookie = await signedIn()
  await site.db('sessions').update({ expires_at: new Date(Date.now() - 1) })
  const fresh = site.anotherAccess()
  await fresh.start()
  await expect(fresh.authenticate({ headers: { cookie }, url: '/' } as never)).rejects.toMatchObject({ status: 401 })
  const live = await signedIn()
  const sessions = site.access.retention.find(({ name }) => name === 'sessions')
  await sessions?.sweep(new Date(), 1_000, null)
  expect(await site.db('sessions').count({ n: '*' })).toEqual([{ n: 1 }])
  await expect(fresh.authenticate({ headers: { cookie: live }, url: '/' } as never)).resolves.toBeDefined()
})

test('a session secret is not accepted as a token, nor a token as a cookie', async () => {
  const cookie = await signedIn()
  const secret = cookie.split('=')[1] ?? ''
  expect((await site.ask('GET', '/api/session', { as: secret })).status).toBe(401)
  expect(
    (await site.ask('GET', '/api/session', { cookie: `${site.access.cookieName()}=${site.adminToken}` })).status,
  ).toBe(401)
})

describe('failed attempts', () => {
  const wrong = { email: 'admin@localhost', password: 'not the password' }

  // only their number matters here, and dozens of hashes at their real cost take long
  beforeAll(() => {
    const { scrypt } = crypto
    jest
      .spyOn(crypto, 'scrypt')
      .mockImplementation((password, salt, bytes, _cost, done) => scrypt(password, salt, bytes, { N: 2 }, done))
  })
  afterAll(() => jest.restoreAllMocks())

  test('are limited per account, and do not reveal whether it exists', async () => {
    const other = await startSite()
    const attempt = (body: unknown): Promise<Answer> => other.ask('POST', '/api/session', { as: null, body })
    const unknown = await attempt({ email: 'nobody@nowhere', password: 'x' })
    const known = await attempt(wrong)
    expect(known.body).toEqual(unknown.body)
    for (let n = 2; n <= 10; n += 1) expect((await attempt(wrong)).status).toBe(401)
    const limited = await attempt(wrong)
    expect(limited.status).toBe(429)
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await other.db('audit_log').where({ actor_name: 'Admin', result: 'refused' })).toHaveLength(10)
    await other.stop()
  })

  test('count for the same account however its address is spelled, and for no other', async () => {
    const other = await startSite()
    const written = [
      'admin@localhost',
      ' ADMIN@localhost',
      'ａｄｍｉｎ@localhost',
      'ad\u00admin@localhost',
      'adm\u0131n@localhost',
    ]
    for (let n = 0; n < 10; n += 1) {
      const body = { ...wrong, email: written[n % written.length] }
      expect((await other.ask('POST', '/api/session', { as: null, body })).status).toBe(401)
    }
    for (const email of written)
      expect((await other.ask('POST', '/api/session', { as: null, body: { ...wrong, email } })).status).toBe(429)
    const dotted = { ...wrong, email: 'adm\u0130n@localhost' }
    expect((await other.ask('POST', '/api/session', { as: null, body: dotted })).status).toBe(401)
    const named = await other.db('audit_log').where({ actor_name: 'Admin', result: 'refused' })
    expect(named).toHaveLength(10)
    await other.stop()
  })

  test('at the current password are limited too', async () => {
    const other = await startSite()
    const code = codeOf(await other.access.createSignInLink('http://x'))
    const cookie = cookieOf(await other.ask('POST', '/api/session', { as: null, body: { code } }))
    const set = (body: unknown) => other.ask('PUT', '/api/session/password', { cookie, body })
    expect((await set({ password: 'the first password' })).status).toBe(204)
    const guess = { password: 'the second password', current_password: 'a guess' }
    for (let n = 0; n < 10; n += 1) expect((await set(guess)).status).toBe(400)
    expect((await set({ ...guess, current_password: 'the first password' })).status).toBe(429)
    await other.stop()
  })

  test('are limited per client, whatever the credential; successful ones do not count', async () => {
    const other = await startSite()
    const attempt = (body: unknown): Promise<Answer> => other.ask('POST', '/api/session', { as: null, body })
    for (let n = 0; n < 40; n += 1) expect((await attempt({ token: other.adminToken })).status).toBe(201)
    const statuses = await Promise.all(Array.from({ length: 40 }, () => attempt({ code: 'guess' })))
    expect(statuses.filter(answer => answer.status === 401)).toHaveLength(30)
    expect(statuses.filter(answer => answer.status === 429)).toHaveLength(10)
    await other.stop()
  })
})

test.each([
  [{}],
  [{ token: 1 }],
  [{ token: '' }],
  [{ email: 'a@b', password: 'x', token: 'y' }],
  [{ email: 'a\0b', password: 'x' }],
  [[]],
])('an invalid sign-in %j is a 400', async body => {
  const answer = await signIn(body)
  expect(answer.status).toBe(400)
  expect(answer.body.errors[0].path).toMatch(/^body/)
})

test('starting again changes nothing', async () => {
  const count = async () => [await site.db('users').count(), await site.db('tenants').count()]
  const before = await count()
  await Promise.all(Array.from({ length: 4 }, () => site.anotherAccess().start()))
  expect(await count()).toEqual(before)
  expect((await site.ask('GET', '/api/session')).status).toBe(200)
})

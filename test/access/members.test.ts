import { type Answer, cookieOf, type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite({ config: { publicUrl: 'https://tailrace.example' } })
})
afterAll(() => site.stop())

const invite = (email: string, role = 'operator', as = site.adminToken) =>
  site.ask('POST', '/api/members', { as, body: { email, name: 'Ada', role, reason: 'new here' } })
const codeOf = (answer: Answer) => new URL(answer.body.link).searchParams.get('code')
const signIn = (body: unknown) => site.ask('POST', '/api/session', { as: null, body })
const status = async (cookie: string) => (await site.ask('GET', '/api/session', { cookie })).status
const auditOf = async (id: string) => (await site.ask('GET', `/api/audit?target_id=${id}`)).body.items

async function member(email: string, role: string) {
  const made = await invite(email, role)
  const cookie = cookieOf(await signIn({ code: codeOf(made) }))
  return { id: made.body.member.id as string, cookie }
}

test('a new member signs in with a one-time link, sets a password and signs in with that', async () => {
  const made = await invite('Ada@example.org')
  expect(made.status).toBe(201)
  expect(made.body).toEqual({
    member: {
      ...{ id: expect.any(String), email: 'Ada@example.org', name: 'Ada', role: 'operator' },
      ...{ has_password: false, created_at: expect.any(String), last_used_at: null },
    },
    link: expect.stringMatching(/^https:\/\/tailrace\.example\/sign-in\?code=trc_[\w-]{43}$/),
    expires_at: expect.any(String),
  })
  const session = await signIn({ code: codeOf(made) })
  expect(session.body).toMatchObject({ role: 'operator', name: 'Ada', actor: { type: 'user' } })
  expect((await signIn({ code: codeOf(made) })).status).toBe(401)
  const cookie = cookieOf(session)
  const password = 'a long pass phrase'
  expect((await site.ask('PUT', '/api/session/password', { cookie, body: { password } })).status).toBe(204)
  expect((await signIn({ email: 'ada@EXAMPLE.org', password })).body.role).toBe('operator')
  const { items } = (await site.ask('GET', '/api/members')).body
  expect(items[0]).toMatchObject({ email: 'Ada@example.org', has_password: true, last_used_at: expect.any(String) })
  expect(JSON.stringify(items)).not.toMatch(/hash|scrypt/)
  expect((await invite('ADA@example.org')).body.code).toBe('email_taken')
  expect(await auditOf(made.body.member.id)).toMatchObject([
    { action: 'password.set' },
    { action: 'member.create', reason: 'new here', data: { email: 'Ada@example.org', role: 'operator' } },
  ])
})

test('a new link replaces the previous one, and can reset the password and end sessions', async () => {
  const made = await invite('link@example.org')
  const { id } = made.body.member
  const link = (body: unknown) => site.ask('POST', `/api/members/${id}/link`, { body })
  const second = await link({})
  expect((await signIn({ code: codeOf(made) })).status).toBe(401)
  const cookie = cookieOf(await signIn({ code: codeOf(second) }))
  const password = 'a long pass phrase'
  await site.ask('PUT', '/api/session/password', { cookie, body: { password } })
  const third = await link({ reset_password: true, reason: 'forgotten' })
  expect(await status(cookie)).toBe(401)
  expect((await signIn({ email: 'link@example.org', password })).status).toBe(401)
  expect((await signIn({ code: codeOf(made) })).status).toBe(401)
  expect((await signIn({ code: codeOf(third) })).status).toBe(201)
})

test('of several links created at once, only one is valid', async () => {
  const { id } = (await invite('many@example.org')).body.member
  const made = await Promise.all(
    Array.from({ length: 5 }, () => site.ask('POST', `/api/members/${id}/link`, { body: {} })),
  )
  const statuses: number[] = []
  for (const link of made) statuses.push((await signIn({ code: codeOf(link) })).status)
  expect(statuses.sort()).toEqual([201, 401, 401, 401, 401])
})

test('setting a password ends an unused link', async () => {
  const { id, cookie } = await member('forgetful@example.org', 'viewer')
  const link = await site.ask('POST', `/api/members/${id}/link`, { body: {} })
  await site.ask('PUT', '/api/session/password', { cookie, body: { password: 'a long pass phrase' } })
  expect((await signIn({ code: codeOf(link) })).status).toBe(401)
  expect(await status(cookie)).toBe(200)
})

test('a changed role applies at once, to the tokens the member created as well', async () => {
  const { id, cookie } = await member('boss@example.org', 'admin')
  const createToken = (body: unknown, by: object) => site.ask('POST', '/api/tokens', { ...by, body })
  const first = await createToken({ name: 'first', role: 'admin' }, { cookie })
  const second = await createToken({ name: 'second', role: 'operator' }, { as: first.body.secret })
  const roleOf = async (as: string) => (await site.ask('GET', '/api/session', { as })).body.role
  expect(await roleOf(first.body.secret)).toBe('admin')
  const set = (role: string) => site.ask('PATCH', `/api/members/${id}`, { body: { role, reason: 'moved on' } })
  expect((await set('viewer')).body).toMatchObject({ id, role: 'viewer' })
  expect((await site.ask('GET', '/api/session', { cookie })).body.role).toBe('viewer')
  expect((await createToken({ name: 'x', role: 'viewer' }, { cookie })).status).toBe(403)
  expect([await roleOf(first.body.secret), await roleOf(second.body.secret)]).toEqual(['viewer', 'viewer'])
  expect((await set('admin')).status).toBe(200)
  expect((await site.ask('GET', '/api/session', { cookie })).body.role).toBe('admin')
  expect(await roleOf(first.body.secret)).toBe('viewer')
  await set('admin')
  expect(await auditOf(id)).toMatchObject([
    { action: 'member.role', reason: 'moved on', data: { from: 'viewer', to: 'admin' } },
    { action: 'member.role', reason: 'moved on', data: { from: 'admin', to: 'viewer' } },
    { action: 'member.create' },
  ])
})

test('removing a member ends their sessions and tokens, and frees the address', async () => {
  const { id, cookie } = await member('gone@example.org', 'admin')
  const made = await site.ask('POST', '/api/tokens', { cookie, body: { name: 'theirs', role: 'viewer' } })
  const opened = cookieOf(await signIn({ token: made.body.secret }))
  const ended: string[] = []
  site.access.onRevoked(credential => ended.push(credential))
  expect((await site.ask('DELETE', `/api/members/${id}?reason=left`)).status).toBe(204)
  expect([await status(cookie), await status(opened)]).toEqual([401, 401])
  expect((await site.ask('GET', '/api/session', { as: made.body.secret })).status).toBe(401)
  expect(ended).toHaveLength(3)
  expect((await auditOf(id))[0]).toMatchObject({ action: 'member.remove', reason: 'left' })
  expect((await site.ask('DELETE', `/api/members/${id}`)).status).toBe(404)
  expect((await invite('gone@example.org')).status).toBe(201)
})

test('the last admin cannot be removed or demoted, even if two admins remove each other at once', async () => {
  const other = await startSite()
  const [first] = (await other.ask('GET', '/api/members')).body.items
  expect((await other.ask('DELETE', `/api/members/${first.id}`)).body.code).toBe('last_admin')
  const demote = await other.ask('PATCH', `/api/members/${first.id}`, { body: { role: 'viewer' } })
  expect([demote.status, demote.body.code]).toEqual([409, 'last_admin'])
  const body = { email: 'second@example.org', name: 'Second', role: 'admin' }
  const second = (await other.ask('POST', '/api/members', { body })).body.member
  const answers = await Promise.all([first, second].map(({ id }) => other.ask('DELETE', `/api/members/${id}`)))
  expect(answers.map(answer => answer.status).sort()).toEqual([204, 409])
  // The next start creates no second admin, and its link is for the remaining one.
  await other.anotherAccess().start()
  const { items } = (await other.ask('GET', '/api/members')).body
  expect(items.map((item: { role: string }) => item.role)).toEqual(['admin'])
  const code = new URL(await other.access.createSignInLink('http://x')).searchParams.get('code')
  expect((await other.ask('POST', '/api/session', { as: null, body: { code } })).body.name).toBe(items[0].name)
  await other.stop()
})

test('a cached credential is not sufficient to change members, tokens or tenants', async () => {
  const { id, cookie } = await member('stale@example.org', 'admin')
  expect(await status(cookie)).toBe(200)
  await site.db('users').where({ id }).update({ role: 'viewer' })
  for (const [path, body] of [
    ['/api/tokens', { name: 'x', role: 'admin' }],
    ['/api/members', { email: 'more@example.org', name: 'x', role: 'admin' }],
    ['/api/tenants', { name: 'x', admin: { email: 'more@example.org', name: 'x' } }],
  ] as const) {
    const answer = await site.ask('POST', path, { cookie, body })
    expect([path, answer.status, answer.body.detail]).toEqual([path, 403, expect.stringContaining('viewer now')])
  }
  await site.db('users').where({ id }).delete()
  const answer = await site.ask('POST', '/api/tokens', { cookie, body: { name: 'x', role: 'viewer' } })
  expect(answer.status).toBe(401)
})

test('another tenant has its own members, and cannot create tenants', async () => {
  const made = await site.ask('POST', '/api/tenants', {
    body: { name: 'Acme', admin: { email: 'acme@example.org', name: 'Wile' }, reason: 'a customer' },
  })
  expect(made.body.tenant).toMatchObject({ name: 'Acme', id: expect.any(String) })
  const cookie = cookieOf(await signIn({ code: codeOf(made) }))
  const request = (method: string, path: string, body?: unknown) => site.ask(method, path, { cookie, body })
  expect((await request('GET', '/api/session')).body).toMatchObject({ tenant: { name: 'Acme' }, role: 'admin' })
  expect((await request('GET', '/api/members')).body.items).toMatchObject([{ email: 'acme@example.org' }])
  const { items } = (await site.ask('GET', '/api/members')).body
  expect(items.map((item: { email: string }) => item.email)).not.toContain('acme@example.org')
  expect((await request('PATCH', `/api/members/${items[0].id}`, { role: 'viewer' })).status).toBe(404)
  expect((await request('GET', '/api/tenants')).status).toBe(403)
  expect((await request('POST', '/api/tenants', { name: 'x', admin: { email: 'x@y.zz', name: 'x' } })).status).toBe(403)
  expect((await site.ask('GET', '/api/tenants?limit=1')).body).toMatchObject({
    items: [{ name: 'Acme' }],
    next_cursor: expect.any(String),
  })
  expect((await request('GET', '/api/audit')).body.items).toMatchObject([
    { action: 'session.create' },
    { action: 'member.create', reason: 'a customer' },
  ])
})

test.each([
  [{ email: 'no address', name: 'x', role: 'viewer' }, ['body.email']],
  [{ email: 'a@b.cc', name: '\0', role: 'god' }, ['body.name', 'body.role']],
])('an invalid member %j is refused, naming each field', async (body, paths) => {
  const answer = await site.ask('POST', '/api/members', { body })
  expect(answer.body.errors.map((each: { path: string }) => each.path)).toEqual(paths)
})

test('an id in upper case is found, and recorded in lower case', async () => {
  const { id } = (await invite('upper@example.org')).body.member
  const changed = await site.ask('PATCH', `/api/members/${id.toUpperCase()}`, { body: { role: 'viewer' } })
  expect([changed.status, changed.body.id]).toEqual([200, id])
  expect(await auditOf(id)).toMatchObject([{ action: 'member.role' }, { action: 'member.create' }])
})

test.each(['members', 'sessions', 'tenants', 'tokens', 'audit'])('%s refuse a cursor of another list', async list => {
  const cursor = Buffer.from('{"page":2}').toString('base64url')
  for (const each of ['x', cursor]) {
    const answer = await site.ask('GET', `/api/${list}?cursor=${each}`)
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'query.cursor'])
  }
})

test('operators find members by name, page by page, without anything else about them', async () => {
  const { cookie } = await member('grace@example.org', 'operator')
  for (const name of ['Zoe', 'Bea', 'Zoe'])
    await site.ask('POST', '/api/members', {
      body: { email: `${Math.random()}@example.org`, name, role: 'viewer', reason: 'for a test' },
    })
  const names = async (query: string) => (await site.ask('GET', `/api/members/names?${query}`, { cookie })).body
  const first = await names('q=o&limit=1')
  expect(first.items).toEqual([{ id: expect.any(String), name: 'Zoe' }])
  const second = await names(`q=o&limit=1&cursor=${encodeURIComponent(first.next_cursor)}`)
  expect(second).toEqual({ items: [{ id: expect.any(String), name: 'Zoe' }], next_cursor: null })
  expect(second.items[0].id).not.toBe(first.items[0].id)
  const all = (await names('')).items.map(({ name }: { name: string }) => name)
  expect(all).toEqual([...all].sort())
  const viewer = await member('viewer@example.org', 'viewer')
  expect((await site.ask('GET', '/api/members/names', { cookie: viewer.cookie })).status).toBe(403)
})

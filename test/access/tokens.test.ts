import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureAdminToken } from '../../src/access/admin-token'
import { DEFAULT_TENANT_ID } from '../../src/api'
import { quietLog } from '../support/parts'
import { type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

const createToken = (body: unknown, as = site.adminToken) => site.ask('POST', '/api/tokens', { as, body })
const sessionStatus = async (as: string) => (await site.ask('GET', '/api/session', { as })).status

test('a token is created, listed without its secret, used and revoked', async () => {
  const made = await createToken({ name: 'CI', role: 'operator', expires_at: '2099-01-01T00:00:00+01:00' })
  expect(made.status).toBe(201)
  const { token, secret } = made.body
  expect(secret).toMatch(/^trt_[\w-]{43}$/)
  expect(token).toMatchObject({
    name: 'CI',
    role: 'operator',
    expires_at: '2098-12-31T23:00:00.000Z',
    last_used_at: null,
  })
  expect(await sessionStatus(secret)).toBe(200)
  const listed = await site.ask('GET', '/api/tokens')
  expect(listed.text).not.toContain(secret)
  expect(listed.body.items[0]).toMatchObject({ id: token.id, created_by: { type: 'token' } })
  expect(listed.body.items[0].last_used_at).toEqual(expect.any(String))
  expect((await site.ask('DELETE', `/api/tokens/${token.id}`)).status).toBe(204)
  expect(await sessionStatus(secret)).toBe(401)
  expect((await site.ask('DELETE', `/api/tokens/${token.id}`)).status).toBe(404)
})

test('a page continues where the previous one ended', async () => {
  for (let n = 0; n < 5; n += 1) await createToken({ name: `page ${n}`, role: 'viewer' })
  const names: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page = await site.ask('GET', `/api/tokens?limit=2${cursor && `&cursor=${cursor}`}`)
    names.push(...page.body.items.map((item: { name: string }) => item.name))
    cursor = page.body.next_cursor
  }
  expect(names.slice(0, 5)).toEqual(['page 4', 'page 3', 'page 2', 'page 1', 'page 0'])
  expect(new Set(names).size).toBeLessThanOrEqual(names.length)
  expect(names).toContain('TAILRACE_ADMIN_TOKEN')
})

test('tokens of another tenant are not visible', async () => {
  const otherAdmin = await site.tokenFor('admin', await site.anotherTenant())
  const { token } = (await createToken({ name: 'ours', role: 'viewer' })).body
  expect((await site.ask('DELETE', `/api/tokens/${token.id}`, { as: otherAdmin })).status).toBe(404)
  const theirTokens = (await site.ask('GET', '/api/tokens', { as: otherAdmin })).body.items
  expect(theirTokens.map((item: { name: string }) => item.name)).toEqual(['a admin'])
  const audit = await site.ask('GET', '/api/audit', { as: otherAdmin })
  expect(audit.body.items).toEqual([])
})

test.each([
  [{}, ['body.name', 'body.role']],
  [{ name: '', role: 'viewer' }, ['body.name']],
  [{ name: 'x', role: 'god' }, ['body.role']],
  [{ name: 'a\0', role: 'viewer' }, ['body.name']],
  [{ name: '\ud800', role: 'viewer' }, ['body.name']],
  [{ name: 'x', role: 'viewer', more: 1 }, ['body.more']],
  [{ name: 'x', role: 'viewer', expires_at: 'tomorrow' }, ['body.expires_at']],
  [{ name: 'x', role: 'viewer', expires_at: '2001-01-01T00:00:00Z' }, ['body.expires_at']],
])('an invalid token %j is refused, naming each field', async (body, paths) => {
  const answer = await createToken(body)
  expect(answer.status).toBe(400)
  expect(answer.body.errors.map((each: { path: string }) => each.path)).toEqual(paths)
})

test('an expired token is refused', async () => {
  const { token, secret } = (await createToken({ name: 'short', role: 'viewer' })).body
  await site
    .db('api_tokens')
    .where({ id: token.id })
    .update({ expires_at: new Date(Date.now() - 1) })
  expect(await sessionStatus(secret)).toBe(401)
})

test('a hundred concurrent requests cause one lookup', async () => {
  const { secret } = (await createToken({ name: 'busy', role: 'viewer' })).body
  let lookups = 0
  const count = ({ sql }: { sql: string }) => {
    if (sql.includes('live_credentials')) lookups += 1
  }
  site.db.on('query', count)
  const req = { headers: { authorization: `Bearer ${secret}` }, url: '/' } as never
  await Promise.all(Array.from({ length: 100 }, () => site.access.authenticate(req)))
  site.db.off('query', count)
  expect(lookups).toBe(1)
})

test('a token revoked during its lookup is not cached', async () => {
  const { token, secret } = (await createToken({ name: 'racing', role: 'viewer' })).body
  const req = { headers: { authorization: `Bearer ${secret}` }, url: '/' } as never
  const early = site.access.authenticate(req).catch(() => undefined)
  await Promise.all([early, site.ask('DELETE', `/api/tokens/${token.id}`)])
  await expect(site.access.authenticate(req)).rejects.toMatchObject({ status: 401 })
})

test('another process is notified of a revocation at once', async () => {
  const other = site.anotherAccess()
  await other.start()
  const received: string[] = []
  other.onRevoked(id => received.push(id))
  const { token, secret } = (await createToken({ name: 'far', role: 'viewer' })).body
  const req = { headers: { authorization: `Bearer ${secret}` }, url: '/' } as never
  await other.authenticate(req)
  await site.ask('DELETE', `/api/tokens/${token.id}`)
  expect(received).toEqual([token.id])
  await expect(other.authenticate(req)).rejects.toMatchObject({ status: 401 })
  await other.stop()
})

describe('the admin token', () => {
  const LATER = 'another-secret-chosen-later'
  const SECRET = 'a-token-that-somebody-chose'
  const ensure = (setting?: string, ownDatabase = true) =>
    ensureAdminToken({
      db: site.db,
      log: quietLog,
      tenantId: DEFAULT_TENANT_ID,
      dataDir: site.dataDir,
      setting,
      ownDatabase,
    })
  const path = () => join(site.dataDir, 'admin-token')
  const read = async () => (await readFile(path(), 'utf8')).trim()
  const isLive = async (secret: string) => {
    const fresh = site.anotherAccess()
    const req = { headers: { authorization: `Bearer ${secret}` }, url: '/' } as never
    return fresh.authenticate(req).then(
      principal => principal.role === 'admin',
      () => false,
    )
  }

  test('of the setting replaces the previous one and ends its sessions', async () => {
    expect(await isLive(site.adminToken)).toBe(true)
    const ended = await ensure(LATER)
    expect(ended.length).toBeGreaterThan(0)
    expect(await isLive(site.adminToken)).toBe(false)
    expect(await isLive(LATER)).toBe(true)
    await ensure(site.adminToken)
    expect(await isLive(site.adminToken)).toBe(true)
    expect(await ensure(site.adminToken)).toEqual([])
  })

  test('of the first run is stored in a file that only its owner can read, even if several processes start at once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => ensure()))
    const secret = await read()
    expect(secret).toMatch(/^trt_/)
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect(await isLive(secret)).toBe(true)
    await ensure()
    expect(await read()).toBe(secret)
  })

  test('of the file may also be used as the setting', async () => {
    await ensure(await read())
    expect(await isLive(await read())).toBe(true)
  })

  test('is replaced when it was revoked, or its file is missing or incomplete', async () => {
    const former = await read()
    const [row] = await site.db('api_tokens').where({ made_from: 'file' })
    await site.ask('DELETE', `/api/tokens/${row.id}`)
    expect(await isLive(former)).toBe(false)
    await ensure()
    expect(await read()).not.toBe(former)
    for (const spoil of [() => rm(path()), () => writeFile(path(), 'trt_')]) {
      await spoil()
      await ensure()
      expect(await isLive(await read())).toBe(true)
    }
  })

  test('of a new database is the one in the file', async () => {
    await site.db('api_tokens').where({ made_from: 'file' }).delete()
    await writeFile(path(), SECRET)
    await ensure()
    expect(await isLive(SECRET)).toBe(true)
  })

  test('of another machine is left alone', async () => {
    await rm(path())
    await ensure(undefined, false)
    await expect(read()).rejects.toThrow()
    expect(await isLive(SECRET)).toBe(true)
  })
})

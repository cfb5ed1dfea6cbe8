import { ownParts, quietLog } from '../support/parts'
import { cookieOf, type Site, startSite } from './site'

const logged = jest.fn()
let parts: Awaited<ReturnType<typeof ownParts>>
let site: Site
beforeAll(async () => {
  parts = await ownParts()
  site = await startSite({
    log: { ...quietLog, error: logged, warn: () => undefined },
    databaseUrl: parts.postgres.url,
    checks: { postgres: () => site.db.raw('SELECT 1') },
  })
})
afterAll(async () => {
  await site?.stop()
  await parts?.stop()
})

test('during a PostgreSQL outage requests get a 503 with Retry-After, and afterwards they work again', async () => {
  const ask = (as: string | null) => site.ask('GET', '/api/audit', { as })
  const tokens = [site.adminToken, await site.tokenFor('admin'), await site.tokenFor('admin')]
  const cookie = cookieOf(await site.ask('POST', '/api/session', { as: null, body: { token: site.adminToken } }))
  expect((await ask(site.adminToken)).status).toBe(200)
  await parts.postgres.stop()
  for (const as of tokens) {
    const answer = await ask(as)
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '2'])
  }
  expect((await site.ask('POST', '/api/session', { as: null, body: { code: 'x' } })).status).toBe(503)
  expect((await site.ask('GET', '/readyz', { as: null })).body.checks).toEqual({ postgres: 'failed' })
  expect((await site.ask('GET', '/healthz', { as: null })).status).toBe(200)
  await parts.postgres.restart()
  for (const as of tokens) expect((await ask(as)).status).toBe(200)
  expect((await site.ask('GET', '/api/session', { cookie })).status).toBe(200)
  expect(logged).not.toHaveBeenCalled()
})

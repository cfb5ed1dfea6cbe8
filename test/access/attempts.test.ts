import { createAttemptLimit } from '../../src/access/attempts'
import { createDb } from '../../src/base/db'
import { cookieOf, type Site, startSite } from '../web/site'

let site: Site
beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

const limit = { name: 'test', max: 3, windowMs: 60_000 }

test('a limit holds across processes, even for concurrent attempts', async () => {
  const [one, two] = [createDb(site.databaseUrl, 4), createDb(site.databaseUrl, 4)]
  const limits = [createAttemptLimit(one, limit), createAttemptLimit(two, limit)]
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => limits[n % 2]?.count('key')))
  expect(outcomes.filter(each => each.status === 'fulfilled')).toHaveLength(3)
  const refusals = outcomes.flatMap(each => (each.status === 'rejected' ? [each.reason] : []))
  for (const refusal of refusals) {
    expect(refusal).toMatchObject({ status: 429, code: 'too_many_attempts' })
    expect(Number(refusal.headers['Retry-After'])).toBeGreaterThan(50)
    expect(Number(refusal.headers['Retry-After'])).toBeLessThanOrEqual(60)
  }
  await Promise.all([one.destroy(), two.destroy()])
})

test('uncounted attempts, other keys and other limits do not count, and a window ends', async () => {
  const attempts = createAttemptLimit(site.db, limit)
  const other = createAttemptLimit(site.db, { ...limit, name: 'other' })
  for (let n = 0; n < 5; n += 1) await (await attempts.count('good'))()
  for (let n = 0; n < 3; n += 1) await attempts.count('good')
  await expect(attempts.count('good')).rejects.toMatchObject({ status: 429 })
  await attempts.count('another key')
  await other.count('good')
  await site.db('sign_in_attempts').update({ ends_at: new Date(Date.now() - 1) })
  await attempts.count('good')
})

test('neither replies, limits nor stored data reveal which addresses have an account', async () => {
  const link = new URL(await site.access.createSignInLink('http://x/'))
  const body = { code: link.searchParams.get('code') }
  const cookie = cookieOf(await site.ask('POST', '/api/session', { as: null, body }))
  const password = 'correct horse battery'
  await site.ask('PUT', '/api/session/password', { cookie, body: { password } })
  const attempt = async (email: string) => {
    const answer = await site.ask('POST', '/api/session', { as: null, body: { email, password: 'wrong password' } })
    const { 'retry-after': _, date: __, ...headers } = Object.fromEntries(answer.headers)
    const changing = ['x-request-id', 'content-length']
    for (const name of changing) delete headers[name]
    return { status: answer.status, body: answer.body, headers }
  }
  for (let n = 0; n < 12; n += 1) {
    const [known, unknown] = [await attempt('admin@localhost'), await attempt('nobody@localhost')]
    expect(known).toEqual(unknown)
    expect(known.status).toBe(n < 10 ? 401 : 429)
  }
  const refused = await site.db('audit_log').where({ action: 'session.create', result: 'refused' })
  const names = refused.map(row => row.actor_name)
  expect(names.filter(name => name === 'Admin')).toHaveLength(10)
  expect(names.filter(name => name === 'unknown address')).toHaveLength(10)
  const kept = JSON.stringify([refused, await site.db('sign_in_attempts').select()])
  expect(kept).not.toContain('nobody@localhost')
})

import { createDb, type Db } from '../../src/base/db'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'

const POOL = 3
let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let beside: Db

beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start({ TAILRACE_ROLE: 'web', DATABASE_POOL: String(POOL) })
  beside = createDb(apps.where.databaseUrl, 1)
})
afterAll(async () => {
  await beside?.raw('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE ?', ['SELECT pg_sleep%'])
  await beside?.destroy()
  await apps?.stop()
})

const sleepers = () => beside('pg_stat_activity').where('query', 'like', 'SELECT pg_sleep%').select('pid')

/** Occupies all connections of the pool, as slow searches do. */
async function fillPool(): Promise<() => Promise<void>> {
  const slow = Array.from({ length: POOL }, () => app.app.db.raw('SELECT pg_sleep(600)').catch(() => undefined))
  await eventually(async () => (await sleepers()).length === POOL, 'the pool is full')
  return async () => {
    for (const { pid } of await sleepers()) await beside.raw('SELECT pg_cancel_backend(?)', [pid])
    await Promise.all(slow)
  }
}

test('with a pool full of slow statements the process stays ready, and waiting requests get an error', async () => {
  const key = { 'idempotency-key': 'busy' }
  const job = { kind: 'demo', input: { steps: [{ name: 'work', workers: 1, lines: 1, interval_ms: 0 }] } }
  expect((await app.get('/api/session')).status).toBe(200)
  const empty = await fillPool()
  const ready = async () => (await app.get('/readyz')).json()
  const isReady = expect.objectContaining({ status: 'ok' })
  expect(await ready()).toEqual(isReady)
  const made = await app.post('/api/jobs', job, key)
  const read = await app.get('/api/jobs')
  for (const answer of [made, read]) {
    const { code } = (await answer.json()) as { code: string }
    // a flush that was under way when the pool filled up may have reached PostgreSQL
    expect(['unavailable', 'outcome_unknown']).toContain(code)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
  }
  expect(await ready()).toEqual(isReady)
  await empty()
  expect((await app.post('/api/jobs', job, key)).status).toBe(202)
})

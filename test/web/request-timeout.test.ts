import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { createDb } from '../../src/base/db'
import { startApp, type TestApp } from '../support/app'
import { ownParts } from '../support/parts'
import { eventually, freeze } from '../support/programs'

let servers: Awaited<ReturnType<typeof ownParts>>
let app: TestApp

beforeAll(async () => {
  servers = await ownParts({ fsync: 'off' })
  app = await startApp(
    { databaseUrl: servers.postgres.url, redisUrl: servers.redis.url, prefix: 'request-timeout' },
    { TAILRACE_ROLE: 'web' },
  )
})
afterAll(async () => {
  await app?.stop()
  await servers?.stop()
})

const make = (key: string) =>
  app.post(
    '/api/jobs',
    { kind: 'demo', input: { steps: [{ name: key, workers: 1, lines: 1, interval_ms: 0 }] } },
    { 'idempotency-key': key },
  )
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code]
const jobs = async () => ((await (await app.get('/api/jobs')).json()) as { items: unknown[] }).items.length
/** The credential is cached for a few seconds, so that a request gets as far as its commit. */
const warm = () => app.get('/api/session')
const untilWell = () => eventually(async () => (await app.get('/readyz')).status === 200, 'all is well')

test('during a PostgreSQL outage a job is certainly not accepted, and does not appear afterwards', async () => {
  await warm()
  await servers.postgres.stop()
  const [made, read] = await Promise.all([make('away'), app.get('/api/jobs')])
  expect(await codeOf(made)).toEqual([503, 'unavailable'])
  expect(made.headers.get('retry-after')).toBe('2')
  expect(await codeOf(read)).toEqual([503, 'unavailable'])
  await servers.postgres.restart()
  await untilWell()
  await app.app.streams.flush()
  expect(await jobs()).toBe(0)
  expect((await make('away')).status).toBe(202)
})

/** Takes PostgreSQL away for a moment, however slow a restart is on this machine. @returns a function that brings it back */
async function hide() {
  const socket = join(new URL(servers.postgres.url).searchParams.get('host') ?? '', '.s.PGSQL.5432')
  const db = createDb(servers.postgres.url, 1)
  await db.raw('SELECT 1')
  await rename(socket, `${socket}.hidden`)
  await db.raw(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
  )
  await db.destroy()
  return () => rename(`${socket}.hidden`, socket)
}

test('a request waits while PostgreSQL is away for a moment', async () => {
  await warm()
  const before = await jobs()
  const show = await hide()
  const made = make('moment')
  await expect(app.app.db.raw('SELECT 1')).rejects.toThrow()
  await show()
  expect((await made).status).toBe(202)
  expect(await jobs()).toBe(before + 1)
})

test('with a hanging database the outcome is unknown, and a retry with the same key resolves it', async () => {
  await warm()
  const before = await jobs()
  // the change needs an open connection besides those the process itself uses; without one nothing would be done
  await Promise.all(Array.from({ length: 8 }, () => app.app.db.raw('SELECT pg_sleep(0.2)')))
  const wake = await freeze(servers.postgres.pid())
  try {
    expect(await codeOf(await make('hangs'))).toEqual([503, 'outcome_unknown'])
    expect(await codeOf(await app.get('/api/jobs'))).toEqual([503, 'unavailable'])
  } finally {
    wake()
  }
  await untilWell()
  expect((await make('hangs')).status).toBe(202)
  expect(await jobs()).toBe(before + 1)
})

test('with a read-only database (a full disk, a standby) a job is certainly not accepted, and the process is not ready', async () => {
  await warm()
  const db = createDb(servers.postgres.url, 1)
  const before = await jobs()
  await db.raw(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION full_disk()`)
  const made = make('full')
  await eventually(async () => {
    const { checks } = (await (await app.get('/readyz')).json()) as { checks: Record<string, string> }
    return checks.postgres === 'failed'
  }, 'the check of PostgreSQL fails')
  expect(await codeOf(await made)).toEqual([503, 'unavailable'])
  await db.raw('DROP TRIGGER full_disk ON jobs')
  await untilWell()
  expect(await jobs()).toBe(before)

  const name = new URL(servers.postgres.url).pathname.slice(1)
  await db.raw('ALTER DATABASE ?? SET default_transaction_read_only = on', [name])
  await db.raw('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = ?', [
    name,
  ])
  await eventually(async () => {
    const { checks } = (await (await app.get('/readyz')).json()) as { checks: Record<string, string> }
    return checks.postgres === 'failed'
  }, 'a database that only reads is noticed')
  await db.raw('SET default_transaction_read_only = off')
  await db.raw('ALTER DATABASE ?? RESET default_transaction_read_only', [name])
  await db.raw('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = ?', [
    name,
  ])
  await untilWell()
  await db.destroy()
})

test('with a commit blocked by locks the outcome is unknown, and a retry with the same key resolves it', async () => {
  await warm()
  const before = await jobs()
  const beside = createDb(servers.postgres.url, 1)
  const lock = await beside.transaction()
  await lock.raw('SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE jobs IN SHARE MODE')
  const made = await make('locked').finally(async () => {
    await lock.rollback()
    await beside.destroy()
  })
  expect(await codeOf(made)).toEqual([503, 'outcome_unknown'])
  expect((await make('locked')).status).toBe(202)
  expect(await jobs()).toBe(before + 1)
})

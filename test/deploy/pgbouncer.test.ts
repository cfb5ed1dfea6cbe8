import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SAMPLES } from '../../src/agents/metrics/sample-store'
import { requireDatabase } from '../../src/base/database-check'
import { createDb, type Db } from '../../src/base/db'
import { migrate } from '../../src/base/migrate'
import { DAY_MS, ensurePartitions } from '../../src/base/partitions'
import type { Schedule } from '../../src/contract/schedules'
import { withLock } from '../../src/retention/store'
import { begin, ended, sweep } from '../retention/clock'
import { startApp, type TestApp } from '../support/app'
import { testRedisPrefix, testRedisUrl } from '../support/parts'
import { eventually } from '../support/programs'
import { rows } from '../support/rows'
import { closeAll, Viewer } from '../system/viewer'
import {
  type InstalledPostgres,
  installedPooler,
  installedPostgres,
  POOL_SIZE,
  type Pooler,
  startInstalled,
  startPooler,
} from './postgres'
import { testWith } from './programs'

/**
 * Two installations share a database of the oldest PostgreSQL that is installed, each in its own schema with a role
 * that has no other rights, behind pgbouncer in transaction mode.
 */
const [postgresProgram, poolerProgram] = [installedPostgres(), installedPooler()]
const shared = testWith(postgresProgram && poolerProgram)
const INSTALLATIONS = ['first', 'second'] as const
const ROLES = [...INSTALLATIONS, 'third'] as const
type Name = (typeof INSTALLATIONS)[number]
const PASSWORD = 'pw'
const INPUT = { steps: [{ name: 'work', workers: 1, lines: 1, interval_ms: 0 }] }
/** A day that nothing in partitions is kept for. */
const OLD = new Date(Date.now() - 800 * DAY_MS)

let postgres: InstalledPostgres
let pooler: Pooler
let admin: Db
const apps = {} as Record<Name, TestApp>

async function start() {
  postgres = await startInstalled(postgresProgram ?? '')
  const users = Object.fromEntries(ROLES.map(name => [name, PASSWORD]))
  pooler = await startPooler(poolerProgram ?? '', postgres, users)
  const creating = createDb(postgres.adminUrl, 1)
  await creating.raw('create database shared')
  await creating.destroy()
  admin = createDb(postgres.adminUrl.replace('/postgres?', '/shared?'), 2)
  await admin.raw('revoke all on schema public from public')
  for (const name of ROLES) {
    await admin.raw(`create role ?? login password '${PASSWORD}'`, [name])
    await admin.raw('create schema ?? authorization ??', [name, name])
  }
  // what the first one cannot see must not matter, and neither must what the second one can
  for (const name of ['first', 'third']) await admin.raw('alter role ?? set search_path = ??', [name, name])
  await admin.raw('grant usage on schema first to second')
  await admin.raw('alter role second set search_path = second, first')
  apps.second = await startOne('second')
  apps.first = await startOne('first')
}

const urlOf = (role: (typeof ROLES)[number]) => `postgres://${role}:${PASSWORD}@127.0.0.1:${pooler.port}/shared`

const startOne = (name: Name) =>
  startApp({ databaseUrl: urlOf(name), redisUrl: testRedisUrl(), prefix: testRedisPrefix() }, { RECONCILE_MS: '500' })

beforeAll(async () => {
  if (postgresProgram && poolerProgram) await start()
})

afterAll(async () => {
  await closeAll()
  for (const app of Object.values(apps)) await app.stop()
  await admin?.destroy()
  await pooler?.stop()
  await postgres?.stop()
})

/** It resumes after a lost connection, because a busy machine may be too slow to open a stream. */
const watch = (app: TestApp, id: string) => new Viewer({ topic: `job:${id}`, at: () => app })

const messagesOf = (viewer: Viewer) => viewer.lines.filter(({ step }) => step === 'work').map(line => line.message)
const demoMessages = (count: number) =>
  Array.from({ length: count }, (_, i) => `work worker 1 line ${i + 1} of ${count}`)

shared.each(INSTALLATIONS)('the %s installation runs a job, and a reader gets its lines live', async name => {
  const app = apps[name]
  const id = await begin(app, { workers: 1, lines: 50, interval_ms: 1 })
  const viewer = watch(app, id)
  await viewer.done
  expect(messagesOf(viewer)).toEqual(demoMessages(50))
  expect((await ended(app, id)).status).toBe('completed')
})

shared('a schedule fires', async () => {
  const made = await apps.first.post('/api/schedules', {
    name: 'each second',
    kind: 'demo',
    input: INPUT,
    every_seconds: 1,
  })
  expect(made.status).toBe(201)
  const { id } = (await made.json()) as Schedule
  const jobs = async () => {
    const { items } = (await (await apps.first.get(`/api/jobs?actor=${id}`)).json()) as { items: { status: string }[] }
    return items
  }
  await eventually(async () => (await jobs()).some(({ status }) => status === 'completed'), 'a job of the schedule')
  expect(
    (await fetch(`${apps.first.url}/api/schedules/${id}`, { method: 'DELETE', headers: apps.first.headers })).ok,
  ).toBe(true)
})

/** How many partitions of the old day each schema has. */
async function oldDays() {
  const day = OLD.toISOString().slice(0, 10).replaceAll('-', '')
  const found = await rows<{ schema: string }>(
    admin,
    `select relnamespace::regnamespace::text as schema from pg_class where relispartition and relkind = 'r' and relname like ?`,
    [`%\\_${day}`],
  )
  return INSTALLATIONS.map(name => found.filter(({ schema }) => schema === name).length)
}

shared('a sweep drops the old days of its own schema only, and does not wait for that of another', async () => {
  const partitioned = await rows<{ name: string }>(
    admin,
    `select relname as name from pg_class where relkind = 'p' and relnamespace = 'first'::regnamespace and relname <> ?`,
    [SAMPLES], // it has a partition per hour
  )
  for (const { name } of partitioned)
    for (const each of INSTALLATIONS) await ensurePartitions(apps[each].app.db, name, OLD)
  expect(await oldDays()).toEqual([partitioned.length, partitioned.length])
  await withLock(apps.first.app.db, async () =>
    expect(await sweep(apps.second)).toMatchObject({ status: 'completed', error: null }),
  )
  expect(await oldDays()).toEqual([partitioned.length, 0])
})

shared('more processes than pgbouncer has connections can migrate at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-migrations-'))
  await writeFile(join(folder, '0001_slow.sql'), 'select pg_sleep(0.2); create table things (id int)')
  const dbs = Array.from({ length: POOL_SIZE + 2 }, () => createDb(urlOf('third'), 2))
  await Promise.all(dbs.map(each => migrate(each, folder)))
  await Promise.all(dbs.map(each => each.destroy()))
  await rm(folder, { recursive: true })
})

shared('options in DATABASE_URL are refused, and the error says what to do instead', async () => {
  const url = `${urlOf('third')}?options=-c%20search_path%3Dthird`
  const db = createDb(url, 1)
  await expect(requireDatabase(db, url)).rejects.toThrow(/unsupported startup parameter.*\npgbouncer does not pass on/)
  await db.destroy()
})

shared('after kill -9 of pgbouncer everything goes on by itself, and no line is lost or doubled', async () => {
  const { first } = apps
  const id = await begin(first, { workers: 1, lines: 150, interval_ms: 20 })
  const viewer = watch(first, id)
  await viewer.until(() => viewer.lines.length > 20)
  await pooler.kill()
  await eventually(async () => (await first.get('/readyz')).status === 503, 'it is not ready')
  expect((await first.post('/api/jobs', { kind: 'demo', input: INPUT })).status).toBe(503)
  await pooler.start()
  await eventually(async () => (await first.get('/readyz')).status === 200, 'it is ready')
  await viewer.done
  expect(messagesOf(viewer)).toEqual(demoMessages(150))
  expect((await ended(first, id)).status).toBe('completed')
})

/** What changes a session, so that behind pgbouncer it would meet the transaction of another client. */
const SESSION =
  /^(set (?!local\b)|reset\b|(un)?listen\b|notify\b|prepare\b|declare\b|discard\b|load\b|create temp)|\bpg_(try_)?advisory_lock|set_config\([^)]*false\)/i
/** pgbouncer sets it for each client itself. */
const POOLER = "set application_name='tailrace';"

shared('no statement of this run changed a session or was prepared by name', () => {
  const statements = INSTALLATIONS.flatMap(name => postgres.logged(`${name} LOG:  `))
  expect(statements.length).toBeGreaterThan(500)
  const parts = (line: string) => line.replace(/^\S+ LOG: {2}(statement|execute \S+): /, '').split(/; */)
  const own = statements.filter(line => !line.toLowerCase().endsWith(POOLER))
  expect(own.filter(line => parts(line).some(part => SESSION.test(part.trim())))).toEqual([])
  expect(own.filter(line => /LOG: {2}execute [^<]/.test(line))).toEqual([])
})

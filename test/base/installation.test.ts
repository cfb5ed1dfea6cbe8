import { createDb } from '../../src/base/db'
import { StartError } from '../../src/base/errors'
import { Installation } from '../../src/base/installation'
import { createRedis, whenReady } from '../../src/base/redis'
import { quietLog, type TestDatabase, testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { rows } from '../support/rows'

/** To a process, another prefix looks like another Redis. */
let prefix: string
let database: TestDatabase
const errors: string[] = []
const log = { ...quietLog, error: (message: string) => void errors.push(message) }
const started: (() => Promise<void>)[] = []

beforeEach(async () => {
  prefix = testRedisPrefix()
  database = await testDatabase()
})
afterEach(async () => {
  for (const stop of started.splice(0)) await stop()
  await database.drop()
})

/** The installation part of one process; `stop` ends it cleanly. */
async function start(where: { prefix: string; databaseUrl: string }) {
  const db = createDb(where.databaseUrl, 2)
  const redisUrl = testRedisUrl()
  const redis = createRedis({ url: redisUrl, prefix: where.prefix, log })
  const part = new Installation({ db, redis, log, databaseUrl: where.databaseUrl, redisUrl })
  const stop = async () => {
    await part.stop()
    await db.destroy()
  }
  try {
    await part.start()
  } catch (error) {
    await stop()
    throw error
  }
  started.push(stop)
}

const here = () => ({ prefix, databaseUrl: database.url })

async function asked(sql: string) {
  const db = createDb(database.url, 1)
  const found = await rows(db, sql)
  await db.destroy()
  return found
}

/** Has the effect of FLUSHALL on this test's keys. */
async function emptyRedis() {
  const client = createRedis({ url: testRedisUrl(), prefix, log }).connect('command')
  await whenReady(client, 60_000)
  const keys = await client.keys(`${prefix}:*`)
  expect(keys.length).toBeGreaterThan(0)
  await client.del(...keys)
  client.disconnect()
}

test('processes with the same Redis and database can run together', async () => {
  await start(here())
  await start(here())
})

test('another database with the same Redis and prefix is refused with what to do', async () => {
  await start(here())
  const other = await testDatabase()
  const db = createDb(other.url, 1)
  await db.raw('UPDATE installation SET id = gen_random_uuid()')
  await db.destroy()
  const error = await start({ prefix, databaseUrl: other.url }).catch(error => error)
  expect(error).toBeInstanceOf(StartError)
  expect(error.message).toContain(`DEL ${prefix}:installation`)
  expect(error.message).not.toContain(new URL(database.url).password)
  await start({ prefix: testRedisPrefix(), databaseUrl: other.url })
  for (const stop of started.splice(1)) await stop()
  await other.drop()
})

test('another Redis is refused while processes of this database are running', async () => {
  await start(here())
  const error = await start({ ...here(), prefix: testRedisPrefix() }).catch(error => error)
  expect(error).toBeInstanceOf(StartError)
  expect(error.message).toContain('To move to another Redis, stop all processes first.')
  expect(errors).toEqual([]) // the first process continues
})

test('another Redis is accepted after all processes have stopped', async () => {
  await start(here())
  for (const stop of started.splice(0)) await stop()
  expect(await asked('SELECT id FROM processes')).toEqual([])
  await start({ ...here(), prefix: testRedisPrefix() })
})

test('another Redis after a process was killed: the start waits until that process no longer counts as running', async () => {
  await asked(`INSERT INTO processes (id, started_at, seen_at)
    VALUES ('killed', now(), now() - interval '13 seconds') RETURNING id`)
  await start(here())
})

test('after a flush Redis gets the id again, and a process can start in the meantime', async () => {
  await start(here())
  await emptyRedis()
  await start(here())
  expect(errors).toEqual([])
})

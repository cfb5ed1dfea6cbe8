import { createServer } from 'node:net'
import { requireDatabase } from '../../src/base/database-check'
import { createDb } from '../../src/base/db'
import { StartError } from '../../src/base/errors'
import { createRedis } from '../../src/base/redis'
import { requireRedis } from '../../src/base/redis-check'
import { clusterTest, startCluster } from '../support/cluster'
import { quietLog, testDatabase, testRedisUrl } from '../support/parts'
import { type RedisServer, startRedisServer } from '../support/redis'

const PATIENCE_MS = 300

async function databaseProblem(url: string) {
  const db = createDb(url, 1)
  const error = await requireDatabase(db, url, PATIENCE_MS).catch(error => error)
  await db.destroy()
  return error
}

const redisProblem = (url: string, timeoutMs = PATIENCE_MS) =>
  requireRedis(createRedis({ url, prefix: 'test', log: silent }), { url, log: silent, timeoutMs }).catch(error => error)
const silent = { ...quietLog, warn() {} }

/** A port on which nothing is listening. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

test('working servers are accepted', async () => {
  const { url, drop } = await testDatabase()
  expect(await databaseProblem(url)).toBeUndefined()
  await drop()
  for (let i = 0; i < 2; i++) expect(await redisProblem(testRedisUrl())).toBeUndefined()
})

test('an unreachable database: the error says what to do, without the password', async () => {
  const port = await closedPort()
  const error = await databaseProblem(`postgres://me:s3cret@127.0.0.1:${port}/mine`)
  expect(error).toBeInstanceOf(StartError)
  expect(error.message).toContain(`127.0.0.1:${port}/mine`)
  expect(error.message).toContain('DATABASE_URL')
  expect(error.message).not.toContain('s3cret')
})

test('failed database authentication is reported at once', async () => {
  const { url, drop } = await testDatabase()
  const wrong = new URL(url)
  wrong.password = 'wrong'
  expect((await databaseProblem(wrong.href)).message).toContain('password authentication failed')
  wrong.href = url
  wrong.pathname = '/nowhere'
  expect((await databaseProblem(wrong.href)).message).toContain('"nowhere" does not exist')
  await drop()
})

test('an unreachable Redis: the error says what to do, without the password', async () => {
  const port = await closedPort()
  const error = await redisProblem(`redis://:s3cret@127.0.0.1:${port}`)
  expect(error).toBeInstanceOf(StartError)
  expect(error.message).toContain(`127.0.0.1:${port}`)
  expect(error.message).toContain('REDIS_URL')
  expect(error.message).not.toContain('s3cret')
})

test('a port that never answers does not block the start forever', async () => {
  const server = createServer(() => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  expect(await redisProblem(`redis://127.0.0.1:${port}`)).toBeInstanceOf(StartError)
  server.close()
})

describe('an unsuitable Redis', () => {
  const servers: RedisServer[] = []
  const start = async (...args: string[]) => {
    const server = await startRedisServer(args)
    servers.push(server)
    return server
  }
  const problemOf = async (url: string) => {
    const error = await redisProblem(url)
    expect(error).toBeInstanceOf(StartError)
    return error.message
  }
  afterAll(() => Promise.all(servers.map(server => server.stop())))

  test('passwords and users', async () => {
    const { port } = await start('--requirepass', 's3cret', '--user', 'few', 'on', '>pw', '~*', '&*', '+@all', '-xadd')
    expect(await problemOf(`redis://127.0.0.1:${port}`)).toContain('NOAUTH')
    expect(await problemOf(`redis://:wrong@127.0.0.1:${port}`)).toContain('WRONGPASS')
    const few = await problemOf(`redis://few:pw@127.0.0.1:${port}`)
    expect(few).toMatch(/permissions|can't run this command/)
    expect(few).toContain('+@all')
    expect(await redisProblem(`redis://:s3cret@127.0.0.1:${port}`)).toBeUndefined()
  })

  test('a replica, a single server given as a Cluster, full memory', async () => {
    const master = await start()
    const replica = await start('--replicaof', '127.0.0.1', String(master.port))
    expect(await problemOf(`redis://127.0.0.1:${replica.port}`)).toContain('it is a replica')
    expect(await problemOf(`redis://127.0.0.1:${master.port},redis://127.0.0.1:${replica.port}`)).toContain(
      'cluster support disabled',
    )
    const full = await start('--maxmemory', '100kb', '--maxmemory-policy', 'noeviction')
    expect(await problemOf(`redis://127.0.0.1:${full.port}`)).toContain('OOM')
  })

  clusterTest()('one server of a Cluster alone; several are right', async () => {
    const cluster = await startCluster()
    try {
      const [one = ''] = cluster.url.split(',')
      expect(await problemOf(one)).toContain('belongs to a Cluster: list several of its servers')
      expect(await redisProblem(cluster.url, 10_000)).toBeUndefined()
    } finally {
      await cluster.stop()
    }
  })
})

test('a read-only database, or one without the right to create tables: the error says what to run', async () => {
  const { url, drop } = await testDatabase()
  const admin = createDb(url, 1)
  const role = `reader_${Date.now()}`
  await admin.raw("create role ?? login password 'pw'", [role])
  await admin.raw('revoke create on schema public from public')
  const as = (options: string) => {
    const other = new URL(url)
    other.username = role
    other.password = 'pw'
    if (options) other.searchParams.set('options', options)
    return other.href
  }
  expect((await databaseProblem(as(''))).message).toContain(`grant usage, create on schema "public" to "${role}"`)
  expect((await databaseProblem(as('-c default_transaction_read_only=on'))).message).toContain('it is read-only')
  expect((await databaseProblem(as('-c search_path=nowhere'))).message).toContain('create schema')
  await admin.raw('create schema mine authorization ??', [role])
  expect(await databaseProblem(as('-c search_path=mine'))).toBeUndefined()
  // rights to create and read are not enough for tables of another role, because partitions are added daily
  await admin.raw('grant usage, create on schema public to ??', [role])
  await admin.raw('grant select, insert, update, delete on all tables in schema public to ??', [role])
  const owned = await databaseProblem(as(''))
  expect(owned).toBeInstanceOf(StartError)
  expect(owned.message).toContain(`and the role "${role}" may not change them`)
  await admin.raw('drop owned by ??', [role])
  await admin.raw('drop role ??', [role])
  await admin.destroy()
  await drop()
})

test('a server that is too old, and tables in another schema than new ones would be created in', async () => {
  const { url, drop } = await testDatabase()
  const admin = createDb(url, 1)
  const searching = (path: string) => {
    const other = new URL(url)
    other.searchParams.set('options', `-c search_path=${path}`)
    return databaseProblem(other.href)
  }
  // in front of pg_catalog, this function answers for PostgreSQL
  await admin.raw(`create schema old; create function old.current_setting(text) returns text language sql as
    $$ select case $1 when 'server_version_num' then '130023' else pg_catalog.current_setting($1) end $$`)
  expect((await searching('old,pg_catalog,public')).message).toContain('it is version 13; Tailrace needs 14 or newer')
  await admin.raw('create schema other')
  const message = (await searching('other,public')).message
  expect(message).toContain('its tables are in the schema "public"')
  expect(message).toContain('for another installation, to "other" alone')
  expect(await searching('other')).toBeUndefined()
  expect(await searching('public,other')).toBeUndefined()
  await admin.destroy()
  await drop()
})

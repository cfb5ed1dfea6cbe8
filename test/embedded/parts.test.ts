import { createDb, type Db } from '../../src/base/db'
import { createRedis, whenReady } from '../../src/base/redis'
import { ownParts, quietLog, testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { rows } from '../support/rows'

describe('servers of the test run', () => {
  test('each test database is separate', async () => {
    const [one, two] = await Promise.all([testDatabase(), testDatabase()])
    const dbs = [createDb(one.url, 2), createDb(two.url, 2)] as const
    await dbs[0].raw('create table only_here (id int)')
    await expect(dbs[1].raw('select * from only_here')).rejects.toThrow('does not exist')
    await Promise.all(dbs.map(db => db.destroy()))
    await Promise.all([one.drop(), two.drop()])
  })

  test('Redis answers, and prefixes differ', async () => {
    const client = createRedis({ url: testRedisUrl(), prefix: testRedisPrefix(), log: quietLog }).connect('command')
    await whenReady(client, 60_000)
    expect(await client.ping()).toBe('PONG')
    client.disconnect()
    expect(testRedisPrefix()).not.toBe(testRedisPrefix())
  })

  test('own servers keep their data over a crash and a restart', async () => {
    const parts = await ownParts()
    const withDb = async (use: (db: Db) => Promise<unknown>) => {
      const db = createDb(parts.postgres.url, 1)
      await use(db).finally(() => db.destroy())
    }
    const withRedis = async (
      use: (client: ReturnType<ReturnType<typeof createRedis>['connect']>) => Promise<unknown>,
    ) => {
      const client = createRedis({ url: parts.redis.url, prefix: 'x', log: quietLog }).connect('command')
      await whenReady(client, 60_000)
      await use(client).finally(() => client.disconnect())
    }
    await withDb(db => db.raw('create table kept as select 7 as id'))
    await withRedis(client => client.set('kept', '7'))
    const before = parts.postgres.pid()
    await Promise.all([parts.redis.restart(), parts.postgres.restart()])
    expect(parts.postgres.pid()).not.toBe(before)
    await parts.postgres.kill()
    await parts.redis.kill()
    await Promise.all([parts.redis.restart(), parts.postgres.restart()])
    await withDb(async db => expect(await rows(db, 'select id from kept')).toEqual([{ id: 7 }]))
    await withRedis(async client => expect(await client.get('kept')).toBe('7'))
    await parts.stop()
  })
})

import { Writable } from 'node:stream'
import { createDb, type Db } from '../../src/base/db'
import { createLog, type Log } from '../../src/base/log'
import { createMetrics } from '../../src/base/metrics'
import { Channel } from '../../src/streams/channel'
import { createStreamMetrics } from '../../src/streams/metrics'
import { type TestDatabase, testDatabase } from '../support/parts'

let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 2)
})
afterAll(async () => {
  await db.destroy()
  await database.drop()
})

const topic = { tenantId: '00000000-0000-7000-8000-000000000001', name: 'service:web' }

function channelWith(log: Log) {
  const deps = { db, log, metrics: createStreamMetrics(createMetrics()), windowMs: 20 }
  return new Channel(topic, { prefix: 'service', heartbeatMs: 5_000, exists: async () => true }, deps)
}

test('a topic that was removed while it is watched does not come back', async () => {
  const channel = channelWith(createLog({ level: 'error', format: 'json' }))
  await channel.open()
  expect(await db('stream_topics')).toHaveLength(1)
  await db('stream_topics').delete()
  await channel.recheck()
  expect(await db('stream_topics')).toEqual([])
})

test('a failure to read a head is logged and does not end the process', async () => {
  let logged = ''
  const output = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk
      done()
    },
  })
  const log = createLog({ level: 'error', format: 'json', output })
  const channel = channelWith(log)
  await channel.open()
  await db.raw('ALTER TABLE stream_topics RENAME TO elsewhere')
  await expect(channel.recheck()).resolves.toBeUndefined()
  expect(logged).toContain('service:web')
})

import { Writable } from 'node:stream'
import { createDb, type Db } from '../../src/base/db'
import { createLog, type Log } from '../../src/base/log'
import { createMetrics } from '../../src/base/metrics'
import { createStreamMetrics } from '../../src/streams/metrics'
import { PageCache } from '../../src/streams/page-cache'
import { TopicFeed } from '../../src/streams/topic-feed'
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

function feedWith(log: Log) {
  const deps = { db, log, metrics: createStreamMetrics(createMetrics()), windowMs: 20, pageCache: new PageCache(0) }
  return new TopicFeed(topic, { prefix: 'service', heartbeatMs: 5_000, kinds: {}, exists: async () => true }, deps)
}

test('a topic that was removed while it is watched does not come back', async () => {
  const feed = feedWith(createLog({ level: 'error', format: 'json' }))
  await feed.open()
  expect(await db('stream_topics')).toHaveLength(1)
  await db('stream_topics').delete()
  await feed.recheck()
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
  const feed = feedWith(log)
  await feed.open()
  await db.raw('ALTER TABLE stream_topics RENAME TO elsewhere')
  await expect(feed.recheck()).resolves.toBeUndefined()
  expect(logged).toContain('service:web')
})

import { Writable } from 'node:stream'
import { createDb, type Db } from '../../src/base/db'
import { createLog } from '../../src/base/log'
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

test('failing to read a head is logged and does not end the process', async () => {
  let logged = ''
  const output = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk
      done()
    },
  })
  const log = createLog({ level: 'error', format: 'json', output })
  const topic = { tenantId: '00000000-0000-7000-8000-000000000001', name: 'service:web' }
  const deps = { db, log, metrics: createStreamMetrics(createMetrics()), windowMs: 20 }
  const channel = new Channel(topic, { prefix: 'service', heartbeatMs: 5_000, exists: async () => true }, deps)
  await channel.open()
  await db.raw('ALTER TABLE stream_topics RENAME TO elsewhere')
  await expect(channel.recheck()).resolves.toBeUndefined()
  expect(logged).toContain('service:web')
})

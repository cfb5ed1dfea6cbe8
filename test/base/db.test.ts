import { createDb, type Db, rows } from '../../src/base/db'
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

test('a process that stops within a transaction does not keep its locks for ever', async () => {
  const [setting] = await rows(db, 'show idle_in_transaction_session_timeout')
  expect(setting).toEqual({ idle_in_transaction_session_timeout: '10s' })
})

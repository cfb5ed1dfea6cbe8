import { createDb, type Db, type Transaction } from '../../src/base/db'
import { type TestDatabase, testDatabase } from '../support/parts'
import { rows } from '../support/rows'

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

const idleMaxOf = async (on: Db | Transaction) => {
  const [setting] = await rows<{ idle_in_transaction_session_timeout: string }>(
    on,
    'show idle_in_transaction_session_timeout',
  )
  return setting?.idle_in_transaction_session_timeout
}

test('a process frozen in a transaction does not hold its locks forever', async () => {
  await db.transaction(async trx => expect(await idleMaxOf(trx)).toBe('10s'))
  await expect(db.transaction(async trx => rows(trx, 'select 1 / 0'))).rejects.toThrow('division by zero')
  await db.transaction(trx => trx.transaction(async nested => expect(await idleMaxOf(nested)).toBe('10s')))
})

test('a session is left unchanged, because behind pgbouncer other programs and transactions use it', async () => {
  await db.transaction(async trx => rows(trx, 'select 1'))
  expect(await idleMaxOf(db)).toBe('0')
})

test.each(['prefer', 'require', 'verify-ca', 'verify-full'])('sslmode=%s causes no warning', async mode => {
  const warned = jest.spyOn(process, 'emitWarning').mockImplementation()
  const address = new URL(database.url)
  address.searchParams.set('sslmode', mode)
  const other = createDb(address.href, 1)
  const error = await rows(other, 'select 1').catch(error => error)
  await other.destroy()
  expect(error.message).toContain('The server does not support SSL connections') // so TLS was attempted
  expect(warned.mock.calls).toEqual([])
  warned.mockRestore()
})

import fc from 'fast-check'
import { encodedArray, plainArray } from '../../src/base/array-literal'
import { createDb, type Db } from '../../src/base/db'
import { escapeText } from '../../src/base/json-text'
import { type TestDatabase, testDatabase } from '../support/parts'

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 1)
})

afterAll(async () => {
  await db.destroy()
  await database.drop()
})

async function read(literal: string, type: string): Promise<unknown> {
  const { rows } = await db.raw<{ rows: { found: unknown }[] }>(`SELECT ?::${type}[] AS found`, [literal])
  return rows[0]?.found
}

test('PostgreSQL reads plain values as they were', async () => {
  expect(await read(plainArray([1, null, -2]), 'int')).toEqual([1, null, -2])
  expect(await read(plainArray([true, false]), 'bool')).toEqual([true, false])
  const at = new Date()
  expect(await read(plainArray([at.toISOString()]), 'timestamptz')).toEqual([at])
  expect(await read(plainArray([]), 'int')).toEqual([])
})

test('PostgreSQL reads any encoded text as it was', async () => {
  const anything = fc.string({ unit: 'binary', maxLength: 40 })
  const encoded = fc.oneof(
    anything.map(escapeText),
    fc.jsonValue().map(value => JSON.stringify(value)),
  )
  const texts = fc.array(fc.option(encoded), { maxLength: 20 })
  const special = ['null', 'NULL', '', '{}', '"', '\\', ',', ' a ', escapeText('\0\n\ud800')]
  await fc.assert(
    fc.asyncProperty(texts, async values => expect(await read(encodedArray(values), 'text')).toEqual(values)),
    { examples: [[special]], numRuns: 50 },
  )
})

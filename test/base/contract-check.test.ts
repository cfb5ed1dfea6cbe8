import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkContract, checkContracts } from '../../src/base/contract-check'
import { createDb, type Db } from '../../src/base/db'
import { z } from '../../src/base/parse'
import { manyRows, oneRow } from '../../src/base/rows'
import { type TestDatabase, testDatabase } from '../support/parts'

const folder = mkdtempSync(join(tmpdir(), 'contract-'))
const file = join(folder, 'mismatches')
let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await testDatabase()
  db = createDb(database.url, 1)
  checkContracts(file) // not the file of the test run, as these mismatches are intended
})

afterAll(async () => {
  checkContracts(process.env.CONTRACT_CHECK_FILE)
  await db.destroy()
  await database.drop()
  rmSync(folder, { recursive: true })
})

const job = z.object({ id: z.string(), by: z.object({ name: z.string() }).nullable() })

test('missing, mistyped and extra fields are reported by path, without their values', () => {
  const check = (value: unknown) => () => checkContract('GET /api/x 200', job, value)
  expect(check({ id: 'a', by: null })).not.toThrow()
  expect(check({ id: 'a' })).toThrow('GET /api/x 200 differs from its schema: by: ')
  expect(check({ id: 1, by: null })).toThrow('id: ')
  expect(check({ id: 'a', by: { name: 'b', mail: 'secret' } })).toThrow(/by\.mail: is not in the schema$/)
  expect(readFileSync(file, 'utf8')).not.toContain('secret')
})

test('rows are checked against their shape, also if there are none', async () => {
  const shape = z.object({ id: z.number(), name: z.string().nullable() })
  expect(await manyRows(db, shape, "SELECT 1 AS id, NULL::text AS name UNION SELECT 2, 'b' ORDER BY 1")).toHaveLength(2)
  await expect(manyRows(db, shape, "SELECT '1' AS id, NULL::text AS name")).rejects.toThrow('id: ')
  await expect(manyRows(db, shape, 'SELECT 1 AS id WHERE false')).rejects.toThrow('name: is missing')
  await expect(manyRows(db, shape, "SELECT 1 AS id, 'a' AS name, 2 AS more")).rejects.toThrow(
    'more: is not in the shape',
  )
  await expect(oneRow(db, shape, "SELECT 1 AS id, 'a' AS name WHERE false")).rejects.toThrow('returned no row')
})

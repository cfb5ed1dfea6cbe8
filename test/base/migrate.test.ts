import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb, type Db } from '../../src/base/db'
import { StartError } from '../../src/base/errors'
import { migrate, migrationsCurrent } from '../../src/base/migrate'
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/parts'
import { compileProgram, eventually, startProgram } from '../support/programs'
import { rows } from '../support/rows'

let database: TestDatabase
let db: Db
let folder: string

beforeEach(async () => {
  database = await emptyDatabase()
  db = createDb(database.url, 4)
  folder = await mkdtemp(join(tmpdir(), 'tailrace-migrations-'))
  await write('0001_things.sql', `create table things (name text); insert into things values ('what?');`)
})

afterEach(async () => {
  await db.destroy()
  await database.drop()
  await rm(folder, { recursive: true })
})

const write = (name: string, sql: string) => writeFile(join(folder, name), sql)
const things = () => rows<{ name: string }>(db, 'select name from things order by name')
const applied = async () =>
  (await rows<{ name: string }>(db, 'select name from migrations order by id')).map(({ name }) => name)

test('applies each file once and in order, including files added later', async () => {
  expect(await migrationsCurrent(db, folder)).toBe(false)
  await migrate(db, folder)
  await migrate(db, folder)
  expect(await things()).toEqual([{ name: 'what?' }])
  await write('0002_more.sql', `insert into things values ('later')`)
  expect(await migrationsCurrent(db, folder)).toBe(false)
  await migrate(db, folder)
  expect(await applied()).toEqual(['0001_things.sql', '0002_more.sql'])
  expect(await migrationsCurrent(db, folder)).toBe(true)
})

test('several processes can start at once', async () => {
  await write('0002_slow.sql', `select pg_sleep(0.2); insert into things values ('once')`)
  const dbs = Array.from({ length: 4 }, () => createDb(database.url, 2))
  await Promise.all(dbs.map(each => migrate(each, folder)))
  await Promise.all(dbs.map(each => each.destroy()))
  expect(await things()).toEqual([{ name: 'once' }, { name: 'what?' }])
})

test('a failing file is rolled back, and the files before it stay applied', async () => {
  await write('0002_bad.sql', `insert into things values ('half'); select 1 / 0;`)
  await expect(migrate(db, folder)).rejects.toThrow('division by zero')
  expect(await things()).toEqual([{ name: 'what?' }])
  expect(await applied()).toEqual(['0001_things.sql'])
  await write('0002_bad.sql', `insert into things values ('whole')`)
  await migrate(db, folder)
  expect(await things()).toEqual([{ name: 'what?' }, { name: 'whole' }])
})

test('continues after kill -9 in the middle of a migration', async () => {
  await write(
    '0002_long.sql',
    `insert into things values ('long'); select pg_sleep(case when gate then 60 else 0 end) from gate`,
  )
  await db.raw('create table gate as select true as gate')
  const migrator = await compileProgram('test/base/migrator.ts')
  const program = startProgram([process.execPath, migrator], { DATABASE_URL: database.url, FOLDER: folder })
  const sleepers = () =>
    rows(
      db,
      `select pid from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid() and datname = current_database()`,
    )
  await eventually(async () => (await sleepers()).length === 1, 'the migration is under way')
  program.process.kill('SIGKILL')
  await program.ended
  await db.raw('update gate set gate = false')
  await db.raw(
    `select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()`,
  )
  await migrate(db, folder)
  expect(await things()).toEqual([{ name: 'long' }, { name: 'what?' }])
})

test('a stale lock of knex does not prevent the start', async () => {
  await migrate(db, folder)
  await db('migrations_lock').update({ is_locked: 1 })
  await write('0002_more.sql', `insert into things values ('later')`)
  await migrate(db, folder)
  expect(await migrationsCurrent(db, folder)).toBe(true)
})

test('an older version refuses a newer schema', async () => {
  await write('0002_future.sql', 'select 1')
  await migrate(db, folder)
  await rm(join(folder, '0002_future.sql'))
  const older = migrate(db, folder)
  await expect(older).rejects.toThrow(StartError)
  await expect(older).rejects.toThrow('0002_future.sql')
})

test.each(['no-number.sql', '2_short.sql', '0001_again.sql'])('refuses a file named %s', async name => {
  await write(name, 'select 1')
  await expect(migrate(db, folder)).rejects.toThrow('NNNN_name.sql')
})

test('test databases have the real schema', async () => {
  const real = await testDatabase()
  const its = createDb(real.url, 2)
  expect(await migrationsCurrent(its)).toBe(true)
  await its.destroy()
  await real.drop()
})

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Knex } from 'knex'
import type { Db } from './db'
import { StartError } from './errors'
import { z } from './parse'
import { ROOT } from './root'
import { manyRows, oneRow } from './rows'

const FOLDER = join(ROOT, 'migrations')
const TABLE = 'migrations'
/** An arbitrary advisory lock id that nothing else in this database uses. */
const LOCK = 7_218_304_951

const foundRow = z.object({ found: z.boolean() })
const nameRow = z.object({ name: z.string() })

/**
 * Migrates the schema to this version. The files of `migrations/` run in numerical order, each in its own transaction.
 * Processes that start together wait for each other.
 * @throws StartError if a newer version has changed the schema
 */
export async function migrate(db: Db, folder = FOLDER): Promise<void> {
  const names = await namesIn(folder)
  await db.transaction(async lock => {
    await lock.raw('set local idle_in_transaction_session_timeout = 0') // it idles while the migrations run, however long that takes
    await lock.raw('select pg_advisory_xact_lock(?)', [LOCK]) // released if this process crashes
    const done = await applied(db)
    refuseNewer(done, names)
    const options = { tableName: TABLE, migrationSource: sourceOf(folder, names) }
    await db.migrate.forceFreeMigrationsLock(options) // may be left over from a crash; the lock above keeps others out
    // one at a time: knex's "latest" would run them all in one transaction
    for (let left = names.length - done.length; left > 0; left--) await db.migrate.up(options)
  })
}

/** Whether all migrations of this version have been applied. */
export async function migrationsCurrent(db: Db, folder = FOLDER): Promise<boolean> {
  const done = new Set(await applied(db))
  return (await namesIn(folder)).every(name => done.has(name))
}

async function namesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.sql')).sort()
  const numbers = new Set<string>()
  for (const name of names) {
    const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(name)?.[1]
    if (!number || numbers.has(number)) throw new Error(`${name} is not named NNNN_name.sql with a unique number`)
    numbers.add(number)
  }
  return names
}

async function applied(db: Db): Promise<string[]> {
  const { found } = await oneRow(db, foundRow, 'select to_regclass(?) is not null as found', [TABLE])
  if (!found) return []
  const done = await manyRows(db, nameRow, 'select name from ?? order by name', [TABLE])
  return done.map(({ name }) => name)
}

function refuseNewer(done: string[], names: string[]) {
  const unknown = done.filter(name => !names.includes(name))
  if (!unknown.length) return
  throw new StartError(`The database was changed by a newer version of Tailrace (${unknown.join(', ')}).
This version's last migration is ${names.at(-1) ?? 'none'}. Start the newer version, or restore a backup made before the upgrade.`)
}

const sourceOf = (folder: string, names: string[]): Knex.MigrationSource<string> => ({
  getMigrations: async () => names,
  getMigrationName: name => name,
  getMigration: async name => {
    const sql = await readFile(join(folder, name), 'utf8')
    return {
      up: async trx => {
        await trx.raw(sql.replaceAll('?', '\\?')) // knex treats a bare ? as a binding
      },
      down: async () => {
        throw new Error('Migrations cannot be reverted')
      },
    }
  },
})

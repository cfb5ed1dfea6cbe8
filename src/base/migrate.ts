import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Db } from './db'
import { StartError } from './errors'
import { tryLock } from './lock-store'
import { z } from './parse'
import { ROOT } from './root'
import { manyRows, oneRow } from './rows'

const FOLDER = join(ROOT, 'migrations')
const TABLE = 'migrations'
/** How often a process looks whether another one has migrated. */
const BUSY_MS = 200

const foundRow = z.object({ found: z.boolean() })
const nameRow = z.object({ name: z.string() })

/**
 * Migrates the schema to this version. The files of `migrations/` run in numerical order, each in its own transaction.
 * Processes that start together wait for each other.
 * @throws StartError if a newer version has changed the schema
 */
export async function migrate(db: Db, folder = FOLDER): Promise<void> {
  const names = await namesIn(folder)
  while (!(await tryMigrating(db, folder, names))) await delay(BUSY_MS)
}

/**
 * @returns false if another process migrates. Waiting for it in PostgreSQL would hold a connection, and behind pgbouncer
 * the waiting processes could hold all of them
 */
async function tryMigrating(db: Db, folder: string, names: string[]): Promise<boolean> {
  if (!leftOf(names, await applied(db)).length) return true
  return db.transaction(async lock => {
    await lock.raw('set local idle_in_transaction_session_timeout = 0') // it idles while the migrations run, however long that takes
    if (!(await tryLock(lock, 'migrations'))) return false
    const left = leftOf(names, await applied(db))
    const options = { tableName: TABLE, migrationSource: sourceOf(folder, names) }
    await db.migrate.forceFreeMigrationsLock(options) // may be left over from a crash; the lock above keeps others out
    // one at a time: knex's "latest" would run them all in one transaction
    for (const _ of left) await db.migrate.up(options)
    return true
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
  // in our schema: another one in the search path may have a table of this name, of whichever program
  const find = `select to_regclass(quote_ident(current_schema) || '.' || ?::text) is not null as found`
  const { found } = await oneRow(db, foundRow, find, [TABLE])
  if (!found) return []
  const done = await manyRows(db, nameRow, 'select name from ?? order by name', [TABLE])
  return done.map(({ name }) => name)
}

/** @throws StartError if migrations were applied that this version does not have */
function leftOf(names: string[], done: string[]): string[] {
  const unknown = done.filter(name => !names.includes(name))
  if (!unknown.length) return names.filter(name => !done.includes(name))
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

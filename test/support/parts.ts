import { createDb } from '../../src/base/db'
import { newTag } from '../../src/base/ids'
import { migrate } from '../../src/base/migrate'
import { databaseUrl, TEMPLATE } from './databases'
import { type Servers, startServers } from './servers'

export { KILLABLE, quietLog } from './servers'

/** A PostgreSQL database for one test file; `drop` also ends open connections. */
export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

/** A new, migrated database on the server of this run. */
export const testDatabase = (): Promise<TestDatabase> => copyOf(TEMPLATE)

/** A new database without tables. */
export const emptyDatabase = (): Promise<TestDatabase> => copyOf('template1')

async function copyOf(template: string): Promise<TestDatabase> {
  const name = `test_${newTag()}`
  await onServer('create database ?? template ??', [name, template])
  return {
    url: databaseUrl(given('TEST_DATABASE_URL'), name),
    drop: () => onServer('drop database if exists ?? with (force)', [name]),
  }
}

async function onServer(sql: string, bindings: string[]) {
  const db = createDb(given('TEST_DATABASE_URL'), 1)
  try {
    await db.raw(sql, bindings)
  } finally {
    await db.destroy()
  }
}

/** The Redis of this run. All test files share it: use a separate prefix, and never FLUSHALL (see `ownParts`). */
export const testRedisUrl = () => given('TEST_REDIS_URL')

/** A prefix for keys and channels that no other test uses. */
export const testRedisPrefix = () => `test-${newTag()}`

function given(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run tests with jest, whose global set-up starts the servers`)
  return value
}

/**
 * A Redis and a PostgreSQL (with a migrated database) for a test file, to kill, restart or flush.
 * They take about a second to start; `stop` stops them and removes their data.
 */
export async function ownParts(parameters?: Record<string, string>): Promise<Servers> {
  const servers = await startServers(parameters, process.env.TEST_POSTGRES_DATA)
  const db = createDb(servers.postgres.url, 2)
  try {
    await migrate(db)
    return servers
  } catch (error) {
    await servers.stop()
    throw error
  } finally {
    await db.destroy()
  }
}

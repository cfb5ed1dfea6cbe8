import knex, { type Knex } from 'knex'
import pg from 'pg'
import { connectionString } from './database-url'
import { escapeText } from './json-text'
import { isOutage } from './outage'

export type Db = Knex
export type Transaction = Knex.Transaction

/** bigint columns hold sequence numbers and counts, which stay far below 2^53. */
const BIGINT = 20
pg.types.setTypeParser(BIGINT, Number)

/** knex would print to stdout, with stack traces, what it also throws. */
const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} }

/** A process that is frozen within a transaction would hold its locks, and hold up everybody, until it wakes. */
const IDLE_IN_TRANSACTION_MS = 10_000

/** How long a statement waits for a connection of the pool, and a new connection for PostgreSQL's welcome. */
const ACQUIRE_MS = 10_000
const CONNECT_MS = 5_000

/** Errors that the driver gave for one of our own statements or connections. */
const ofDatabase = new WeakSet<object>()

/** A pool of connections. A statement that gets none within 10 s fails as in an outage. */
export function createDb(url: string, poolMax: number): Db {
  const db = knex({
    client: 'pg',
    connection: {
      connectionString: connectionString(url),
      application_name: 'tailrace',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
    },
    pool: { min: 0, max: poolMax },
    acquireConnectionTimeout: ACQUIRE_MS,
    // Messages of errors name the statement, not the data in it: they end up in logs.
    compileSqlOnError: false,
    log: SILENT,
  })
  boundTransactions(db.client)
  const remember = (error: object) => void ofDatabase.add(error)
  db.on('query-error', remember)
  const acquire: () => Promise<unknown> = db.client.acquireConnection.bind(db.client)
  db.client.acquireConnection = () =>
    acquire().catch(error => {
      remember(error)
      throw error
    })
  return db
}

/** What knex makes of `db.transaction`. */
interface KnexTransaction {
  begin(connection: pg.Client): Promise<unknown>
  query(connection: pg.Client, sql: string): Promise<unknown>
}

/**
 * Not as a setting of the session: pgbouncer in transaction mode gives each transaction another one, which other programs
 * use as well. It goes with BEGIN in one message. No transaction of ours has an isolation level of its own.
 */
function boundTransactions(client: { transaction(...args: unknown[]): KnexTransaction }) {
  const create = client.transaction.bind(client)
  client.transaction = (...args) => {
    const transaction = create(...args)
    transaction.begin = connection =>
      transaction.query(connection, `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`)
    return transaction
  }
}

/**
 * Whether the database is away for our own statements. The code of an error does not tell: the connection that was
 * refused may be one that a handler opened to another server.
 */
export function isDatabaseOutage(error: unknown): boolean {
  return typeof error === 'object' && error !== null && ofDatabase.has(error) && isOutage(error)
}

/** A pattern for LIKE that finds a text as it stands, wherever it is. */
export const likePattern = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** A character of a JSON string, or a whole escape. */
const CHARACTER = String.raw`(?:[^"\\]|\\u[0-9a-f]{4}|\\[^u])`

/**
 * Patterns that find a text, in any case, inside strings that are stored with JSON's escapes: PostgreSQL has no way to take out all of
 * them (NUL). Not every occurrence will do, `n` is no part of `\n`: so `like` is fast and finds too much, `exactly`, a regular
 * expression, steps over whole escapes from the beginning of the string.
 * @param begin matches what stands before a string
 */
export function escapedPatterns(text: string, begin: string): { like: string; exactly: string } {
  const escaped = escapeText(text)
  const literal = escaped.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
  return { like: likePattern(escaped), exactly: `${begin}${CHARACTER}*${literal}` }
}

import knex, { type Knex } from 'knex'
import pg from 'pg'
import { connectionString } from './database-url'
import { messageOf } from './errors'
import { escapeText } from './json-text'
import { isOutage, Unavailable } from './outage'

export type Db = Knex
export type Transaction = Knex.Transaction

/** bigint columns hold sequence numbers and counts, which stay far below 2^53. */
const BIGINT = 20
pg.types.setTypeParser(BIGINT, Number)

/** knex would print the errors it throws to stdout as well, with stack traces. */
const SILENT = { warn() {}, error() {}, deprecate() {}, debug() {} }

/** A process frozen in a transaction would hold its locks, and block everyone else, until it wakes. */
const IDLE_IN_TRANSACTION_MS = 10_000

/** How long a statement waits for a pooled connection, and how long a new connection waits for PostgreSQL. */
const ACQUIRE_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000

/** Errors the driver raised for one of our own statements or connections. */
const databaseErrors = new WeakSet<object>()

/** Creates a connection pool. A statement that gets no connection within 10 s fails as in an outage. */
export function createDb(url: string, poolMax: number): Db {
  const db = knex({
    client: 'pg',
    connection: {
      connectionString: connectionString(url),
      application_name: 'tailrace',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    },
    pool: { min: 0, max: poolMax },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    // error messages end up in logs, so they contain the statement without its data
    compileSqlOnError: false,
    log: SILENT,
  })
  limitIdleTransactions(db.client)
  const remember = (error: object) => void databaseErrors.add(error)
  db.on('query-error', remember)
  const acquire: () => Promise<unknown> = db.client.acquireConnection.bind(db.client)
  db.client.acquireConnection = () =>
    acquire().catch(error => {
      const isDestroyed = !db.client.pool
      const failed = isDestroyed ? error : asOutage(error)
      remember(failed)
      throw failed
    })
  return db
}

/** Without a connection nothing was done, whatever the reason: a certificate that has expired, a lost right to connect. */
const asOutage = (error: unknown) => (isOutage(error) ? error : new Unavailable(messageOf(error), { cause: error }))

/** knex's internal transaction object. */
interface KnexTransaction {
  begin(connection: pg.Client): Promise<unknown>
  query(connection: pg.Client, sql: string): Promise<unknown>
}

/**
 * Sets the idle timeout per transaction, not per session: with pgbouncer in transaction mode, sessions are shared with
 * other programs. It is sent together with BEGIN. This overrides isolation levels, which we do not use.
 */
function limitIdleTransactions(client: { transaction(...args: unknown[]): KnexTransaction }) {
  const create = client.transaction.bind(client)
  client.transaction = (...args) => {
    const transaction = create(...args)
    transaction.begin = connection =>
      transaction.query(connection, `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`)
    return transaction
  }
}

/**
 * Whether the error is an outage of our own database. The error code alone cannot tell: the refused connection may be
 * one that a handler opened to another server.
 */
export function isDatabaseOutage(error: unknown): boolean {
  return typeof error === 'object' && error !== null && databaseErrors.has(error) && isOutage(error)
}

/** A LIKE pattern that finds a text literally anywhere. */
export const likePattern = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** A character or a complete escape in a JSON string. */
const CHARACTER = String.raw`(?:[^"\\]|\\u[0-9a-f]{4}|\\[^u])`

/**
 * Patterns for a case-insensitive search in strings stored with JSON escapes, which PostgreSQL cannot decode completely (NUL).
 * `like` is fast but matches too much, such as the `n` of `\n`. `exactly` is a regular expression that skips whole escapes from
 * the start of the string.
 * @param begin pattern of the text before the string
 */
export function escapedPatterns(text: string, begin: string): { like: string; exactly: string } {
  const escaped = escapeText(text)
  const literal = escaped.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
  return { like: likePattern(escaped), exactly: `${begin}${CHARACTER}*${literal}` }
}

import { messageOf } from './errors'
import type { Facts, Log } from './log'

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])
/**
 * PostgreSQL error codes (its manual, appendix A): connection lost (08), out of disk, memory or connections (53), shut
 * down, crashed or starting (57P01 to 57P03), I/O error (58030), read-only server or session (25006), transaction
 * ended by its idle timeout (25P03), and authentication failed, as after a password change (28).
 */
const DATABASE_CODE = /^(08...|53...|57P0[123]|58030|25006|25P03|28000|28P01)$/
/** knex prefixes the driver's message with the statement. */
const DATABASE_TEXT =
  /(^| - )(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired|timeout exceeded when trying to connect)/
/**
 * Redis error codes for a server, shard or Cluster that is temporarily unable to serve. Before Redis 7, the code of a
 * failure inside a script is in the middle of the message.
 */
const REDIS_CODE =
  /^(ERR Error running script .*-)?(CLUSTERDOWN|TRYAGAIN|LOADING|MASTERDOWN|READONLY|MISCONF|OOM|NOREPLICAS|NOAUTH|WRONGPASS|UNBLOCKED) /
/** While a slot moves to another server, a script finds only those of its keys that have not moved yet. */
const REDIS_MOVING = /script attempted to access a non local key in a cluster node/i
/** Messages of ioredis if it cannot reach a server. */
const REDIS_TEXT =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Socket timeout|Reached the max retries|Too many Cluster redirections|Failed to refresh slots cache|Cluster isn't ready|Cluster is disconnect|None of startup nodes is available|Node is disconnected|All sentinels are unreachable)/
const NAMES = new Set(['Unavailable', 'KnexTimeoutError', 'MaxRetriesPerRequestError', 'ClusterAllFailedError'])

/**
 * Whether an error only means that PostgreSQL or Redis is unavailable or read-only at the moment. Drivers throw many
 * kinds of errors for that; this is the only place that classifies them.
 */
export function isOutage(error: unknown): boolean {
  // no `instanceof`: Node's own errors may come from another realm
  if (typeof error !== 'object' || error === null || !('message' in error)) return false
  const { code, syscall, name, message } = error as NodeJS.ErrnoException
  if (NAMES.has(name)) return true
  if (code && (CONNECTION_CODES.has(code) || DATABASE_CODE.test(code))) return true
  if (code === 'ENOENT' && syscall === 'connect') return true // the Unix socket does not exist
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length) return error.errors.every(isOutage)
  return (
    DATABASE_TEXT.test(message) || REDIS_CODE.test(message) || REDIS_TEXT.test(message) || REDIS_MOVING.test(message)
  )
}

/**
 * Whether a statement failed because all pooled connections were in use. PostgreSQL may still be available: slow statements can
 * occupy the pool.
 */
export const isPoolFull = (error: unknown): boolean =>
  error instanceof Error && error.name === 'KnexTimeoutError' && error.message.includes('acquiring a connection')

/** Thrown without sending a command if its server is known to be unavailable, or if an answer takes too long. */
export class Unavailable extends Error {
  override name = 'Unavailable'
}

/** For `catch` where an outage may be ignored. @throws any other error again */
export function ignoreOutage(error: unknown): undefined {
  if (!isOutage(error)) throw error
}

/**
 * For `catch` around work that is retried automatically. An outage is temporary and logged at `level`; any other failure may repeat on
 * every retry, so it is logged as an error with its stack.
 */
export function logRetryable(log: Log, what: string, facts: Facts = {}, level: 'debug' | 'warn' = 'debug') {
  return (error: unknown): void => {
    if (isOutage(error)) log[level](what, { ...facts, error: messageOf(error) })
    else log.error(what, { ...facts, error: error instanceof Error ? error.stack : String(error) })
  }
}

import { messageOf } from './errors'
import type { Facts, Log } from './log'

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])
/** PostgreSQL is shutting down, has crashed, is starting, or has no connection left. */
const DATABASE_CODES = new Set(['57P01', '57P02', '57P03', '53300', '08000', '08003', '08006'])
/** knex puts the statement before the driver's message. */
const DATABASE_TEXT = /(^| - )(Connection terminated|Client has encountered a connection error|timeout expired)/
const REDIS_TEXT =
  /^(Connection is closed|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|MISCONF|OOM|Stream isn't writeable|Command timed out|Reached the max retries)/

/**
 * Whether something failed only because PostgreSQL or Redis is away at this moment. Drivers throw many kinds of errors
 * for that, so they are told apart here and nowhere else.
 */
export function isOutage(error: unknown): boolean {
  // not by `instanceof`: errors of Node itself may come from another realm
  if (typeof error !== 'object' || error === null || !('message' in error)) return false
  const { code, syscall, name, message } = error as NodeJS.ErrnoException
  if (name === 'Away' || name === 'KnexTimeoutError' || name === 'MaxRetriesPerRequestError') return true
  if (code && (CONNECTION_CODES.has(code) || DATABASE_CODES.has(code))) return true
  if (code === 'ENOENT' && syscall === 'connect') return true // the Unix socket is not there
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length) return error.errors.every(isOutage)
  return DATABASE_TEXT.test(message) || REDIS_TEXT.test(message)
}

/** Thrown in place of a command when it is known that its server is away. */
export class Away extends Error {
  override name = 'Away'
}

/** For `catch` where an outage may be ignored. @throws every other failure again */
export function ignoreOutage(error: unknown): undefined {
  if (!isOutage(error)) throw error
}

/**
 * For `catch` around work that is done again later by itself: an outage is told at `level`, because it passes. Any other failure is a
 * fault that may come again each time, so it is an error, with its stack.
 */
export function againLater(log: Log, what: string, facts: Facts = {}, level: 'debug' | 'warn' = 'debug') {
  return (error: unknown): void => {
    if (isOutage(error)) log[level](what, { ...facts, error: messageOf(error) })
    else log.error(what, { ...facts, error: error instanceof Error ? error.stack : String(error) })
  }
}

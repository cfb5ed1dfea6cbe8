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
 * PostgreSQL's codes (its manual, appendix A): connection lost (08), out of disk, memory or connections (53), shut
 * down, crashed or starting (57P01 to 57P03), disk broken (58030), a server or session that only reads (25006), a
 * transaction that was ended because its process was silent (25P03), and a server that lets nobody in since its passwords
 * changed (28).
 */
const DATABASE_CODE = /^(08...|53...|57P0[123]|58030|25006|25P03|28000|28P01)$/
/** knex puts the statement before the driver's message. */
const DATABASE_TEXT =
  /(^| - )(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired|timeout exceeded when trying to connect)/
/**
 * Redis' own codes for a server, a shard or a whole Cluster that cannot do it now. Before Redis 7 the code of a
 * failure inside a script stands in the middle of the text.
 */
const REDIS_CODE =
  /^(ERR Error running script .*-)?(CLUSTERDOWN|TRYAGAIN|LOADING|MASTERDOWN|READONLY|MISCONF|OOM|NOREPLICAS|NOAUTH|WRONGPASS) /
/** What ioredis says when it has no server to ask. */
const REDIS_TEXT =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Socket timeout|Reached the max retries|Too many Cluster redirections|Failed to refresh slots cache|Cluster isn't ready|Cluster is disconnect|None of startup nodes is available|Node is disconnected)/
const NAMES = new Set(['Away', 'KnexTimeoutError', 'MaxRetriesPerRequestError', 'ClusterAllFailedError'])

/**
 * Whether something failed only because PostgreSQL or Redis is away, or cannot write, at this moment. Drivers throw
 * many kinds of errors for that, so they are told apart here and nowhere else.
 */
export function isOutage(error: unknown): boolean {
  // not by `instanceof`: errors of Node itself may come from another realm
  if (typeof error !== 'object' || error === null || !('message' in error)) return false
  const { code, syscall, name, message } = error as NodeJS.ErrnoException
  if (NAMES.has(name)) return true
  if (code && (CONNECTION_CODES.has(code) || DATABASE_CODE.test(code))) return true
  if (code === 'ENOENT' && syscall === 'connect') return true // the Unix socket is not there
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length) return error.errors.every(isOutage)
  return DATABASE_TEXT.test(message) || REDIS_CODE.test(message) || REDIS_TEXT.test(message)
}

/**
 * Whether a statement got no connection because all of this process's pool were in use. That does not say that PostgreSQL is away: slow
 * statements may have them.
 */
export const isPoolFull = (error: unknown): boolean =>
  error instanceof Error && error.name === 'KnexTimeoutError' && error.message.includes('acquiring a connection')

/** Thrown in place of a command when it is known that its server is away, or in place of an answer that takes too long. */
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

import { AsyncLocalStorage } from 'node:async_hooks'
import { Problem } from './errors'
import { isOutage, Unavailable } from './outage'

/** How long a request waits for PostgreSQL to recover; a restart takes less. */
export const REQUEST_TIMEOUT_MS = 5_000
/** Longer than the timeout above, with which failing writes report themselves; this catches statements that hang. */
const OUTAGE_CHECK_MS = REQUEST_TIMEOUT_MS + 1_000
const RETRY_LATER = { 'Retry-After': '2' }

/** A request that has not been answered yet. */
export interface PendingRequest {
  isOver: boolean
  /** Whether something has been committed for it. */
  hasChanged: boolean
}

const current = new AsyncLocalStorage<PendingRequest>()

/** The request the current work belongs to; undefined outside requests, such as in a job. */
export function pendingRequest(): PendingRequest | undefined {
  const found = current.getStore()
  return found?.isOver ? undefined : found
}

/** For a change that was certainly not made. */
export const nothingDone = () =>
  new Problem(
    503,
    'unavailable',
    'Part of this service is unavailable or overloaded. Nothing was changed. Try again soon.',
    [],
    RETRY_LATER,
  )

/** For a change that may have been made or may still be made. */
export const outcomeUnknown = () =>
  new Problem(
    503,
    'outcome_unknown',
    'Part of this service is unavailable or overloaded, and the change may or may not have been made. Check, or retry with the same Idempotency-Key, which prevents doing it twice.',
    [],
    RETRY_LATER,
  )

/**
 * Runs the work of a request. Commits are limited by `REQUEST_TIMEOUT_MS`. Anything else is only cut short if `isUnavailable`
 * reports that PostgreSQL does not answer, so that slow searches can finish.
 * @param checkMs how often `isUnavailable` is called
 * @throws whatever the work throws, or the error that `giveUp` returns
 */
export async function runRequest<T>(
  work: (request: PendingRequest) => Promise<T>,
  { isUnavailable, giveUp }: { isUnavailable: () => Promise<boolean>; giveUp: (request: PendingRequest) => Error },
  checkMs = OUTAGE_CHECK_MS,
): Promise<T> {
  const request: PendingRequest = { isOver: false, hasChanged: false }
  let timer: NodeJS.Timeout | undefined
  const gaveUp = new Promise<never>((_, reject) => {
    const check = async () => {
      if (await isUnavailable()) reject(giveUp(request))
      else if (!request.isOver) timer = setTimeout(check, checkMs)
    }
    timer = setTimeout(check, checkMs)
  })
  try {
    return await Promise.race([current.run(request, () => work(request)), gaveUp])
  } finally {
    request.isOver = true
    clearTimeout(timer)
  }
}

/**
 * Waits at most `ms` for work that is normally quick but may be delayed by an outage, locks, or an exhausted connection
 * pool. The work itself continues.
 * @throws whatever the work throws, or Unavailable
 */
export const withTimeout = <T>(ms: number, work: () => Promise<T>): Promise<T> =>
  runRequest(work, { isUnavailable: async () => true, giveUp: () => new Unavailable(`No answer within ${ms} ms`) }, ms)

/** Converts an outage during a change to `unavailable` (nothing was changed) or `outcome_unknown`. Other errors are returned unchanged. */
export function changeError(error: Error, { hasChanged }: PendingRequest): Error {
  const isCancelled = error instanceof Problem && error.code === 'unavailable'
  if (!isCancelled && !isOutage(error)) return error
  return isCancelled && !hasChanged ? error : outcomeUnknown()
}

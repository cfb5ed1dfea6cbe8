import { AsyncLocalStorage } from 'node:async_hooks'
import { Problem } from './errors'
import { Away, isOutage } from './outage'

/** How long a request waits for PostgreSQL to come back; a restart takes less. */
export const REQUEST_TIMEOUT_MS = 5_000
/** Longer than the above: a write that cannot be done reports that itself; this is for statements that hang. */
const AWAY_CHECK_MS = REQUEST_TIMEOUT_MS + 1_000
const RETRY_LATER = { 'Retry-After': '2' }

/** A request that has not been answered yet. */
export interface PendingRequest {
  isOver: boolean
  /** Something has been committed for it. */
  hasChanged: boolean
}

const current = new AsyncLocalStorage<PendingRequest>()

/** The request that the current work belongs to; undefined when there is none, as in the work of a job. */
export function pendingRequest(): PendingRequest | undefined {
  const found = current.getStore()
  return found?.isOver ? undefined : found
}

/** For a change that was certainly not made. */
export const nothingDone = () =>
  new Problem(
    503,
    'unavailable',
    'Part of this service is unavailable or too busy at the moment, and nothing was done. Try again soon.',
    [],
    RETRY_LATER,
  )

/** For a change that may have been made, or may still be. */
export const outcomeUnknown = () =>
  new Problem(
    503,
    'outcome_unknown',
    'Part of this service is unavailable or too busy at the moment, and it is not known whether this was done. Check, or send it again: with the same Idempotency-Key nothing is done twice.',
    [],
    RETRY_LATER,
  )

/**
 * Runs the work of a request. Commits are bounded by `REQUEST_TIMEOUT_MS`; anything else ends early only when `isAway`
 * says that PostgreSQL does not answer, so that a slow search may take its time.
 * @param checkMs how often `isAway` is called
 * @throws what the work throws, or the error that `giveUp` returns
 */
export async function runRequest<T>(
  work: (request: PendingRequest) => Promise<T>,
  { isAway, giveUp }: { isAway: () => Promise<boolean>; giveUp: (request: PendingRequest) => Error },
  checkMs = AWAY_CHECK_MS,
): Promise<T> {
  const request: PendingRequest = { isOver: false, hasChanged: false }
  let timer: NodeJS.Timeout | undefined
  const gaveUp = new Promise<never>((_, reject) => {
    const check = async () => {
      if (await isAway()) reject(giveUp(request))
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
 * Waits at most `ms` for work that is normally quick, whatever delays it: PostgreSQL may be away, held up by locks, or
 * busy with statements that use all connections. The work itself goes on.
 * @throws what the work throws, or Away
 */
export const withTimeout = <T>(ms: number, work: () => Promise<T>): Promise<T> =>
  runRequest(work, { isAway: async () => true, giveUp: () => new Away(`No answer within ${ms} ms`) }, ms)

/** The answer to a change that failed because of an outage: nothing was done, or that is not known. Other errors stay as they are. */
export function changeError(error: Error, { hasChanged }: PendingRequest): Error {
  const isCancelled = error instanceof Problem && error.code === 'unavailable'
  if (!isCancelled && !isOutage(error)) return error
  return isCancelled && !hasChanged ? error : outcomeUnknown()
}

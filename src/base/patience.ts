import { AsyncLocalStorage } from 'node:async_hooks'
import { Problem } from './errors'
import { Away, isOutage } from './outage'

/** How long somebody who asks waits for PostgreSQL to come back; a restart takes less. */
export const PATIENCE_MS = 5_000
/** What was written in vain tells so itself; only what hangs in silence is given up after this. */
const SILENCE_MS = PATIENCE_MS + 1_000
const RETRY_LATER = { 'Retry-After': '2' }

/** Somebody who waits for an answer, as long as they wait. */
export interface Asker {
  isGone: boolean
  /** Something has been committed for them. */
  hasChanged: boolean
}

const current = new AsyncLocalStorage<Asker>()

/** Who waits for what is being done now; undefined when nobody does, such as for work of a job. */
export function asker(): Asker | undefined {
  const found = current.getStore()
  return found?.isGone ? undefined : found
}

/** Surely not done. */
export const notTaken = () =>
  new Problem(
    503,
    'unavailable',
    'A part of this service is away or too busy at the moment, and nothing was done. Try again soon.',
    [],
    RETRY_LATER,
  )

/** Perhaps done, now or a little later. */
export const outcomeUnknown = () =>
  new Problem(
    503,
    'outcome_unknown',
    'A part of this service is away or too busy at the moment, and it is not known whether this was done. Look, or repeat it: with the same Idempotency-Key nothing is done twice.',
    [],
    RETRY_LATER,
  )

/**
 * Runs the work of a request. What it commits is bounded by `PATIENCE_MS`; what hangs is given up when `isAway` says
 * that PostgreSQL does not answer, however long a slow search may take.
 * @param lookMs how often `isAway` is asked
 * @throws what the work throws, or the problem that `giveUp` makes
 */
export async function whileAsked<T>(
  work: (asker: Asker) => Promise<T>,
  { isAway, giveUp }: { isAway: () => Promise<boolean>; giveUp: (asker: Asker) => Error },
  lookMs = SILENCE_MS,
): Promise<T> {
  const waiting: Asker = { isGone: false, hasChanged: false }
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    const look = async () => {
      if (await isAway()) reject(giveUp(waiting))
      else if (!waiting.isGone) timer = setTimeout(look, lookMs)
    }
    timer = setTimeout(look, lookMs)
  })
  try {
    return await Promise.race([current.run(waiting, () => work(waiting)), silence])
  } finally {
    waiting.isGone = true
    clearTimeout(timer)
  }
}

/**
 * Waits no longer than `ms` for work that takes a moment when all is well, whatever keeps it: PostgreSQL may be away, held up by locks, or
 * busy with statements that have all connections. The work itself goes on.
 * @throws what the work throws, or Away
 */
export const within = <T>(ms: number, work: () => Promise<T>): Promise<T> =>
  whileAsked(work, { isAway: async () => true, giveUp: () => new Away(`No answer within ${ms} ms`) }, ms)

/** What is told of a change that failed because something is away: nothing was done, or that is not known. Other errors stay as they are. */
export function toldOfChange(error: Error, { hasChanged }: Asker): Error {
  const isTakenBack = error instanceof Problem && error.code === 'unavailable'
  if (!isTakenBack && !isOutage(error)) return error
  return isTakenBack && !hasChanged ? error : outcomeUnknown()
}

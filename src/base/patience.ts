import { AsyncLocalStorage } from 'node:async_hooks'
import { Problem } from './errors'

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
    'A part of this service is away at the moment, and nothing was done. Try again soon.',
    [],
    RETRY_LATER,
  )

/** Perhaps done, now or a little later. */
export const outcomeUnknown = () =>
  new Problem(
    503,
    'outcome_unknown',
    'A part of this service is away at the moment, and it is not known whether this was done. Look, or repeat it: with the same Idempotency-Key nothing is done twice.',
    [],
    RETRY_LATER,
  )

/**
 * Runs the work of a request. What it commits is bounded by `PATIENCE_MS`; what hangs is given up when `isAway` says
 * that PostgreSQL does not answer, however long a slow search may take.
 * @throws what the work throws, or the problem that `giveUp` makes
 */
export async function whileAsked<T>(
  work: (asker: Asker) => Promise<T>,
  { isAway, giveUp }: { isAway: () => Promise<boolean>; giveUp: (asker: Asker) => Error },
): Promise<T> {
  const waiting: Asker = { isGone: false, hasChanged: false }
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    const look = async () => {
      if (await isAway()) reject(giveUp(waiting))
      else if (!waiting.isGone) timer = setTimeout(look, SILENCE_MS)
    }
    timer = setTimeout(look, SILENCE_MS)
  })
  try {
    return await Promise.race([current.run(waiting, () => work(waiting)), silence])
  } finally {
    waiting.isGone = true
    clearTimeout(timer)
  }
}

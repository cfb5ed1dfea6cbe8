import { setTimeout as delay } from 'node:timers/promises'
import type { RetentionTarget } from '../base/retention'
import type { Run } from '../jobs'
import { Pace } from './pace'

/** A batch that others keep out is tried again so often, each time smaller and later. */
const TRIES = 6
const TRY_AGAIN_MS = 200
/** PostgreSQL: lock not available, statement timeout, deadlock. */
const KEPT_OUT = /^(55P03|57014|40P01)$/

const wasKeptOut = (error: unknown) => KEPT_OUT.test(String((error as { code?: unknown } | null)?.code))

export interface SweepOptions {
  before: Date
  signal: Run['signal']
  /** Called after each batch. */
  onBatch(deleted: number): Promise<unknown>
}

/**
 * Removes what is past its term from one target, in small batches with pauses.
 * @throws AbortError when the signal is aborted; the error of a batch that was kept out too often
 */
export async function sweepTarget(target: RetentionTarget, { before, signal, onBatch }: SweepOptions): Promise<void> {
  const pace = new Pace()
  let cursor: string | null = null
  do {
    signal.throwIfAborted()
    const began = performance.now()
    const { deleted, next }: { deleted: number; next: string | null } = await batch(
      target,
      before,
      cursor,
      pace,
      signal,
    )
    const pauseMs = pace.after(performance.now() - began)
    await onBatch(deleted)
    cursor = next
    if (next !== null) await delay(pauseMs, undefined, { signal })
  } while (cursor !== null)
}

async function batch(target: RetentionTarget, before: Date, cursor: string | null, pace: Pace, signal: Run['signal']) {
  for (let tries = 1; ; tries++) {
    try {
      return await target.sweep(before, pace.rows, cursor)
    } catch (error) {
      if (tries === TRIES || !wasKeptOut(error)) throw error
      pace.slower()
      await delay(TRY_AGAIN_MS * tries, undefined, { signal })
    }
  }
}

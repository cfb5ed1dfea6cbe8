import { setTimeout as delay } from 'node:timers/promises'
import type { RetentionTarget } from '../base/retention'
import type { Run } from '../jobs'
import { Pace } from './pace'

/** How often a batch blocked by locks is tried, each time smaller and later. */
const TRIES_MAX = 6
const RETRY_MS = 200
/** PostgreSQL: lock not available, statement timeout, deadlock. */
const BLOCKED = /^(55P03|57014|40P01)$/

const wasBlocked = (error: unknown) => BLOCKED.test(String((error as { code?: unknown } | null)?.code))

export interface SweepOptions {
  before: Date
  signal: Run['signal']
  /** Called after each batch. */
  onBatch(deleted: number): Promise<unknown>
}

/**
 * Removes everything past its retention period from one target, in small batches with pauses.
 * @throws AbortError when the signal is aborted; the error of a batch that was blocked too often
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
      if (tries === TRIES_MAX || !wasBlocked(error)) throw error
      pace.slower()
      await delay(RETRY_MS * tries, undefined, { signal })
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import type { RetentionTarget } from '../base/retention'
import type { Run } from '../jobs'
import { Pace } from './pace'

/** Attempts per batch that is blocked by locks, each smaller and later. */
const ATTEMPTS_MAX = 6
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
 * @throws AbortError if the signal is aborted; the error of a batch that was blocked too often
 */
export async function sweepTarget(target: RetentionTarget, { before, signal, onBatch }: SweepOptions): Promise<void> {
  const pace = new Pace()
  let cursor: string | null = null
  do {
    signal.throwIfAborted()
    const startedAt = performance.now()
    const { deleted, next }: { deleted: number; next: string | null } = await batch(
      target,
      before,
      cursor,
      pace,
      signal,
    )
    const pauseMs = pace.after(performance.now() - startedAt)
    await onBatch(deleted)
    cursor = next
    if (next !== null) await delay(pauseMs, undefined, { signal })
  } while (cursor !== null)
}

async function batch(target: RetentionTarget, before: Date, cursor: string | null, pace: Pace, signal: Run['signal']) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await target.sweep(before, pace.rows, cursor)
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !wasBlocked(error)) throw error
      pace.slower()
      await delay(RETRY_MS * attempt, undefined, { signal })
    }
  }
}

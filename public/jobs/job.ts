import type { Job, JobStatus } from '../../src/contract/jobs'

/** All statuses, in display order. */
export const STATES: readonly JobStatus[] = ['running', 'pending', 'scheduled', 'completed', 'failed', 'cancelled']

export const hasEnded = (status: string) => status === 'completed' || status === 'failed' || status === 'cancelled'

/** Progress from 0 to 1, from a percentage or a count; null if the job reports neither. */
export function progressOf(progress: unknown): number | null {
  if (typeof progress === 'number') return clamp(progress / 100)
  if (progress === null || typeof progress !== 'object') return null
  const { percent, done, total } = progress as { percent?: unknown; done?: unknown; total?: unknown }
  if (typeof percent === 'number') return clamp(percent / 100)
  if (typeof done === 'number' && typeof total === 'number' && total > 0) return clamp(done / total)
  return null
}

const clamp = (share: number) => Math.min(1, Math.max(0, share))

/** How long it has run, in ms: up to now while it runs, null before its first start and between two attempts. */
export function runDurationMs(
  { ran_ms, started_at, status }: Pick<Job, 'ran_ms' | 'started_at' | 'status'>,
  now: number,
) {
  if (started_at === null || hasEnded(status)) return ran_ms
  return Math.max(0, now - Date.parse(started_at))
}

type Waited = Pick<Job, 'waited_ms' | 'created_at' | 'run_at' | 'attempt' | 'status'>

/**
 * How long it has waited for its first start, in ms: up to now while it waits, below zero before it is due. Null for a
 * job that never started.
 */
export function waitedMs({ waited_ms, created_at, run_at, attempt, status }: Waited, now: number): number | null {
  if (waited_ms !== null || attempt > 0 || hasEnded(status)) return waited_ms
  return now - Math.max(Date.parse(created_at), run_at === null ? 0 : Date.parse(run_at))
}

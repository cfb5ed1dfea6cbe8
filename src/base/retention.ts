/** Retention terms an admin can set, in ascending order: none may exceed the next. */
export const TERMS = ['events', 'logs', 'jobs', 'failed', 'audit'] as const
export type Term = (typeof TERMS)[number]

/** How long something is kept: by a setting in days, or for a fixed time. */
export type Keep = { term: Term } | { fixedMs: number }

export interface Measure {
  /**
   * Time of the oldest item that will be removed at the end of its term; null if there is none. Protected items (such
   * as an active job) do not count.
   */
  oldest: Date | null
  /** Estimates; null if only counting could tell. */
  rows: number | null
  bytes: number | null
}

export interface Swept {
  deleted: number
  /** Cursor of the next batch; null if nothing is left. */
  next: string | null
}

/**
 * Data that grows, and how to delete its old parts. Only the cursor is kept between batches, so a sweep can be
 * interrupted at any point and restarted.
 */
export interface RetentionTarget {
  /** Metric label and step name, such as `audit_log`. */
  name: string
  /** Human-readable: what it is, and what is never deleted. */
  summary: string
  keep: Keep
  /** Time span of the units that are deleted together (partitions). The oldest item may exceed its term by this much. */
  grainMs?: number
  /** Cheap, however much history there is. */
  measure(): Promise<Measure>
  /** How many items a sweep would remove. May be slow; for dry runs only. */
  count(before: Date): Promise<number>
  /**
   * Removes up to `limit` items older than the given time.
   * @param cursor null for the first batch, then the cursor of the previous one
   */
  sweep(before: Date, limit: number, cursor: string | null): Promise<Swept>
}

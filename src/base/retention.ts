/** Terms that an admin can set, in the order in which they may not overtake each other. */
export const TERMS = ['events', 'logs', 'jobs', 'failed', 'audit'] as const
export type Term = (typeof TERMS)[number]

/** For how long something is kept: by a setting in days, or always for as long as its owner says. */
export type Keep = { term: Term } | { fixedMs: number }

export interface Measure {
  /**
   * The time that counts for the oldest thing which will be removed when its term is over; null when there is none.
   * Things that are protected (an active job) do not count.
   */
  oldest: Date | null
  /** Estimates; null when nobody knows without counting. */
  rows: number | null
  bytes: number | null
}

export interface Swept {
  deleted: number
  /** Where the next batch goes on; null when nothing is left to do. */
  next: string | null
}

/**
 * Something that grows, and what its owner knows of making it smaller. Nothing is kept between two batches but the
 * cursor, so a sweep can be broken off anywhere and begun anew.
 */
export interface RetentionTarget {
  /** Label of metrics and name of the step: `audit_log`. */
  name: string
  /** For people: what it is, and what is never taken. */
  summary: string
  keep: Keep
  /** Things go in pieces that span so long: the oldest may be past its term by that, and still be in time. */
  grainMs?: number
  /** Cheap, whatever the amount of history. */
  measure(): Promise<Measure>
  /** How many things a sweep would remove. May take a while: dry runs only. */
  count(before: Date): Promise<number>
  /**
   * Removes up to `limit` things whose time is before the given one.
   * @param cursor null for the first batch, then what the last one answered
   */
  sweep(before: Date, limit: number, cursor: string | null): Promise<Swept>
}

import type { Transaction } from '../base/db'
import type { Level } from '../base/log'

/** One ordered sequence of entries of one tenant: `job:<id>`, `events`, `service:web`, `query:<id>`, ... */
export interface Topic {
  tenantId: string
  name: string
}

/** A key for a topic that is unique across tenants. */
export const topicKey = ({ tenantId, name }: Topic) => `${tenantId}/${name}`

/**
 * Something that happened. Kind `log` is a log line and is counted as one; every other kind is an event of that
 * name (`status`, `progress`, `query_result`, ...) and carries `data`.
 */
export interface NewEntry {
  kind: string
  /** Default: now. A time more than an hour off is replaced by now. */
  at?: Date
  level?: Level
  step?: string | null
  attempt?: number | null
  source?: string | null
  message?: string
  /** JSON-serializable. */
  data?: unknown
  /** The complete state of the topic after this entry; new readers get the latest one first. */
  state?: unknown
}

/** An entry with its place in the topic. */
export interface Entry {
  /** Contiguous per topic, from 1. */
  seq: number
  /** Contiguous over the log lines of a topic, from 1; null for other entries. */
  line: number | null
  kind: string
  at: Date
  level: Level | null
  step: string | null
  attempt: number | null
  source: string | null
  /**
   * JSON-escaped, without quotes: PostgreSQL text cannot hold NUL or lone surrogates, but it can hold their escapes.
   */
  message: string | null
  truncated: boolean
  /** Encoded JSON, or null. */
  data: string | null
}

export interface TopicEntries {
  topic: Topic
  entries: NewEntry[]
  /** Ends the topic after these entries (its readers get `end`); an entry with a `state` reopens it. */
  end?: string
  /** From now on, only the writer with this mark may append fenced entries; null: no writer. */
  fence?: string | null
  /** The entries are left out if the topic has ended by then. */
  onlyWhileOpen?: boolean
}

/**
 * Protects a topic from writers that have been replaced: entries are refused unless the topic's fence has this mark.
 */
export interface Fence {
  mark: string
  /** Called with the number of entries refused in a flush. */
  onRefused(count: number): void
}

/**
 * Writes rows of an area in the same transaction as the entries about them: either both are stored or neither, and a
 * retried flush stores neither twice.
 */
export interface Effect<Item, Result> {
  name: string
  /**
   * Runs once per flush, for all items in it. Must lock rows in a fixed order (by id).
   * `results[i]` and `entries[i]` belong to `items[i]`.
   */
  apply(trx: Transaction, items: Item[]): Promise<{ results: Result[]; entries: TopicEntries[][] }>
}

/** Writes to topics. */
export interface Writer {
  /**
   * Accepts entries. Returns a promise when the buffer is full: await it before writing more.
   * Accepted entries are soon stored, or else counted as lost or refused.
   */
  write(topic: Topic, entries: NewEntry[], fence?: Fence): Promise<void> | undefined
  /** Applies an effect in the next flush, after everything written before; resolves when committed. */
  commit<Item, Result>(effect: Effect<Item, Result>, item: Item): Promise<Result>
  /** Resolves when everything accepted so far is committed. */
  flush(): Promise<void>
  /** Publishes an event without storing it; new readers get the last one of each kind (queue stats, live metrics). */
  announce(topic: Topic, entry: NewEntry): void
}

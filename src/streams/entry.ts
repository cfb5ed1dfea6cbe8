import type { Transaction } from '../base/db'
import type { Level } from '../base/log'

/** One ordered sequence of entries of one tenant: `job:<id>`, `events`, `service:web`, `query:<id>`, ... */
export interface Topic {
  tenantId: string
  name: string
}

/** Names a topic among those of all tenants. */
export const topicKey = ({ tenantId, name }: Topic) => `${tenantId}/${name}`

/**
 * Something that happened. Kind `log` is a log line and is counted as one; every other kind is an event of that
 * name (`status`, `progress`, `query_result`, ...) and carries `data`.
 */
export interface NewEntry {
  kind: string
  /** Now, unless given; more than an hour off counts as now. */
  at?: Date
  level?: Level
  step?: string | null
  attempt?: number | null
  source?: string | null
  message?: string
  /** JSON-serialisable. */
  data?: unknown
  /** The topic's whole state after this entry; the last one is what a reader is given first when it joins. */
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
  /** JSON-escaped, without quotes: PostgreSQL text cannot hold NUL or lone surrogates, their escapes it can. */
  message: string | null
  truncated: boolean
  /** Encoded JSON, or null. */
  data: string | null
}

export interface TopicEntries {
  topic: Topic
  entries: NewEntry[]
  /** Closes the topic after these entries (`end` to its readers); an entry with a `state` opens it again. */
  end?: string
  /** From here on entries behind a fence are taken from the one with this mark only; null: from none. */
  fence?: string | null
  /** Left out when the topic has ended by then. */
  onlyWhileOpen?: boolean
}

/** Guards what one of several writers appends to a topic: refused unless the topic's fence has this mark. */
export interface Fence {
  mark: string
  /** Told how many entries a flush has refused. */
  onRefused(count: number): void
}

/**
 * An area's own rows, written in the same transaction as the entries that tell of them: either both are there or
 * neither, and a retried flush does neither twice.
 */
export interface Effect<Item, Result> {
  name: string
  /**
   * Runs once per flush for all items collected. Rows are to be locked in one fixed order (by id).
   * `results[i]` answers `items[i]`; `entries[i]` is what item i appends.
   */
  apply(trx: Transaction, items: Item[]): Promise<{ results: Result[]; entries: TopicEntries[][] }>
}

/** The one way to write into topics. */
export interface Writer {
  /**
   * Accepts entries. A promise means the buffer is full: wait for it before writing more.
   * Entries that are accepted are in the database soon, or reported as lost or refused with their count.
   */
  write(topic: Topic, entries: NewEntry[], fence?: Fence): Promise<void> | undefined
  /** Applies an effect in the next flush, after everything written before; resolves when committed. */
  commit<Item, Result>(effect: Effect<Item, Result>, item: Item): Promise<Result>
  /** Resolves when everything accepted so far is durable. */
  flush(): Promise<void>
  /** Publishes without a row: the last value per kind is kept for late joiners (queue stats, live metrics). */
  announce(topic: Topic, entry: NewEntry): void
}

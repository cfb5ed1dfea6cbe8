import type { Transaction } from '../base/db'
import type { Level } from '../base/log'
import { eventRecord, lineRecord } from './record'

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
  /** The message was cut before it came here. */
  truncated?: boolean
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
  /** Everything else, encoded: see `record.ts`. */
  record: string
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

/** Longer messages are truncated and flagged. In bytes of UTF-8, before JSON escaping. */
export const LINE_BYTES_MAX = 16 * 1024
/** Max data of one entry, encoded. Larger data belongs in a table of its own, with a link. */
export const DATA_BYTES_MAX = 64 * 1024

/** An entry ready for the database, except for its place. */
export interface PreparedEntry {
  kind: string
  atMs: number
  /** Of a log line; null for other entries. */
  level: Level | null
  step: string | null
  record: string
  /** Encoded JSON, or null. */
  state: string | null
  bytes: number
}

const NAME_MAX = 200
const KIND = /^[a-z][a-z0-9_]*$/
/**
 * Max difference of an entry's time from now. Retention drops whole days by this time: an entry with a time far in the
 * past would be dropped too early, one far in the future too late.
 */
const SKEW_MS = 3_600_000
/** Memory of a buffered entry besides its texts. */
const ENTRY_BYTES = 100

/**
 * Checks, truncates and encodes one entry.
 * @throws RangeError if the entry cannot be stored, which is a bug in the caller
 */
export function prepare(entry: NewEntry): PreparedEntry {
  const { kind } = entry
  if (!KIND.test(kind)) throw new RangeError(`Invalid kind of entry: ${JSON.stringify(kind)}`)
  return kind === 'log' ? prepareLine(entry) : prepareEvent(entry)
}

function prepareLine(entry: NewEntry): PreparedEntry {
  const { level = 'info', attempt = null, message = '' } = entry
  const atMs = timeOf(entry)
  const step = storedNameOf(entry.step)
  const source = storedNameOf(entry.source)
  const cut = cutText(message, LINE_BYTES_MAX)
  const given = jsonOf(entry.data)
  const data = given !== null && given.length > DATA_BYTES_MAX ? null : given
  const truncated = entry.truncated === true || cut !== message || data !== given
  const record = lineRecord({ atMs, level, step, attempt, message: cut, source, truncated, data })
  const state = jsonOf(entry.state)
  return { kind: 'log', atMs, level, step, record, state, bytes: bytesOf(record, state) }
}

function prepareEvent(entry: NewEntry): PreparedEntry {
  const { kind } = entry
  const atMs = timeOf(entry)
  const data = jsonOf(entry.data)
  // A status entry is the state itself: encoded once.
  const state = entry.state !== undefined && entry.state === entry.data ? data : jsonOf(entry.state)
  const record = eventRecord(kind, atMs, storedNameOf(entry.source), data)
  return { kind, atMs, level: null, step: null, record, state, bytes: bytesOf(record, state) }
}

const bytesOf = (record: string, state: string | null) => ENTRY_BYTES + record.length + (state?.length ?? 0)

function timeOf({ at }: NewEntry): number {
  const now = Date.now()
  const given = at?.getTime() ?? now
  return Math.abs(given - now) <= SKEW_MS ? given : now
}

/** Null also for values that JSON cannot represent, such as functions. */
const jsonOf = (value: unknown): string | null => (JSON.stringify(value) as string | undefined) ?? null

/** Truncates a text to a number of bytes without splitting a character. */
export function cutText(text: string, bytesMax: number): string {
  // A UTF-16 unit is at most 3 bytes of UTF-8: most texts need no measuring.
  if (text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax) return text
  let end = Math.min(text.length, bytesMax)
  while (Buffer.byteLength(text.slice(0, end)) > bytesMax)
    end -= Math.max(1, Math.ceil((Buffer.byteLength(text.slice(0, end)) - bytesMax) / 3))
  const [last, next] = [text.charCodeAt(end - 1), text.charCodeAt(end)]
  const splitsPair = last >= 0xd800 && last <= 0xdbff && next >= 0xdc00 && next <= 0xdfff
  return text.slice(0, splitsPair ? end - 1 : end)
}

/** The name of a step or source as stored. Replaces characters that a PostgreSQL text column cannot hold. */
export const storedName = (name: string) => name.slice(0, NAME_MAX).replaceAll('\0', '\ufffd').toWellFormed()

const storedNameOf = (name: string | null | undefined) => (name == null ? null : storedName(name))

import { escapeText } from '../base/json-text'
import type { Level } from '../base/log'
import { LEVELS } from '../contract/values'
import type { NewEntry } from './entry'

/** Longer messages are truncated and flagged. In bytes of UTF-8, before JSON escaping. */
export const LINE_BYTES_MAX = 16 * 1024
/** Max data of one entry, encoded. Larger data belongs in a table of its own, with a link. */
export const DATA_BYTES_MAX = 64 * 1024

/** An entry ready for the database, except for its `seq`. */
export interface PreparedEntry {
  kind: string
  at: Date
  level: Level | null
  step: string | null
  attempt: number | null
  source: string | null
  message: string | null
  truncated: boolean
  data: string | null
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
  if (!KIND.test(entry.kind)) throw new RangeError(`Invalid kind of entry: ${JSON.stringify(entry.kind)}`)
  const isLine = entry.kind === 'log'
  const message = entry.message === undefined ? (isLine ? '' : undefined) : entry.message
  const cut = message === undefined ? undefined : cutText(message, LINE_BYTES_MAX)
  let data = jsonOf(entry.data)
  const dataCut = data !== null && isLine && data.length > DATA_BYTES_MAX
  if (dataCut) data = null
  const escaped = cut === undefined ? null : escapeText(cut)
  // A status entry is the state itself: encoded once.
  const sameState = entry.state !== undefined && entry.state === entry.data
  const state = sameState ? data : jsonOf(entry.state)
  return {
    kind: entry.kind,
    at: timeOf(entry),
    level: entry.level ?? (isLine ? 'info' : null),
    step: entry.step == null ? null : storedName(entry.step),
    attempt: entry.attempt ?? null,
    source: entry.source == null ? null : storedName(entry.source),
    message: escaped,
    truncated: dataCut || cut !== message,
    data,
    state,
    bytes: ENTRY_BYTES + (escaped?.length ?? 0) + (data?.length ?? 0) + (state?.length ?? 0),
  }
}

function timeOf({ at }: NewEntry): Date {
  const now = new Date()
  return at && !(Math.abs(at.getTime() - now.getTime()) > SKEW_MS) ? at : now
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

export const levelNumber = (level: Level | null) => (level === null ? null : LEVELS.indexOf(level))
export const levelOf = (number: number | null): Level | null => (number === null ? null : (LEVELS[number] ?? null))

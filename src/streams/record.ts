import type { Level } from '../base/log'

/*
 * A record is an entry as it is stored, published and sent, except for its place in the topic: so entries are encoded
 * once, when they are accepted. A record has no line break, so a chunk is its records joined by line breaks.
 *
 * A log line is the object of the contract without its numbers and its opening brace:
 *   "timestamp":"…","level":"info","step":null,"attempt":1,"message":"…","source":"demo"}
 * Any other entry is its kind, time, source and data, separated by tabs, which JSON never contains:
 *   status⇥2026-11-30T11:59:00.000Z⇥"jobs"⇥{"job":{…}}
 */

/** The parts of a log line. */
export interface LineParts {
  atMs: number
  level: Level
  step: string | null
  attempt: number | null
  /** At most as long as a line may be. */
  message: string
  source: string | null
  truncated: boolean
  /** Encoded JSON, or null. */
  data: string | null
}

/** A decoded log line, without its numbers. */
export interface DecodedLine {
  timestamp: string
  level: Level
  step: string | null
  attempt: number | null
  message: string
  source: string | null
  truncated?: boolean
  data?: unknown
}

/** A decoded entry other than a line. */
export interface DecodedEvent {
  kind: string
  timestamp: string
  /** Encoded JSON. */
  source: string
  /** Encoded JSON, or null if the entry has none. */
  data: string | null
}

const QUOTE = 0x22

/** Joins the records of a chunk. */
export const SEPARATOR = '\n'

/** Lone surrogates (ES2019) and NUL, which PostgreSQL's text cannot hold, become escapes. */
export function lineRecord({ atMs, level, step, attempt, message, source, truncated, data }: LineParts): string {
  const flags = `${truncated ? ',"truncated":true' : ''}${data === null ? '' : `,"data":${data}`}`
  return (
    `"timestamp":"${timestamp(atMs)}","level":"${level}","step":${nameOf(step)},"attempt":${attempt},` +
    `"message":${JSON.stringify(message)},"source":${nameOf(source)}${flags}}`
  )
}

/** @param data encoded JSON, or null */
export const eventRecord = (kind: string, atMs: number, source: string | null, data: string | null): string =>
  `${kind}\t${timestamp(atMs)}\t${nameOf(source)}\t${data ?? ''}`

export const isLine = (record: string): boolean => record.charCodeAt(0) === QUOTE

export const kindOf = (record: string): string => (isLine(record) ? 'log' : record.slice(0, record.indexOf('\t')))

export const decodeLine = (record: string): DecodedLine => JSON.parse(`{${record}`)

export function decodeEvent(record: string): DecodedEvent {
  const [kind = '', time = '', source = 'null'] = record.split('\t', 3)
  const data = record.slice(kind.length + time.length + source.length + 3)
  return { kind, timestamp: time, source, data: data === '' ? null : data }
}

const TIME_LENGTH = '2026-11-30T11:59:00.000Z'.length

/** When the entry happened, in ms since the epoch. */
export function timeOf(record: string): number {
  const from = isLine(record) ? '"timestamp":"'.length : record.indexOf('\t') + 1
  return Date.parse(record.slice(from, from + TIME_LENGTH))
}

let lastMs = Number.NaN
let lastText = ''

/** Lines written in the same millisecond share a text. */
function timestamp(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString()
    lastMs = ms
  }
  return lastText
}

const nameOf = (name: string | null) => (name === null ? 'null' : JSON.stringify(name))

import type { Level } from '../base/log'
import { LEVELS } from '../contract/values'
import type { Entry } from './entry'
import { levelNumber, type PreparedEntry } from './prepare'
import type { TopicUpdate } from './topic-feed'
import type { Committed } from './writer'

/**
 * Only the range of a larger batch is published, because Redis disconnects subscribers whose output buffer grows too
 * large.
 */
const BUS_BYTES_MAX = 16 * 1024

type Row = [
  number | null,
  string,
  number,
  number | null,
  string | null,
  number | null,
  string | null,
  string | null,
  0 | 1,
  string | null,
]

interface Message {
  id: number
  epoch: string
  /** Null stands for Infinity, which JSON cannot represent. */
  last: number | null
  first: number
  end: string | null
  at: number
  rows: Row[] | null
}

/**
 * The update of one topic after a commit.
 * @param watched whether readers in this process need the entries; otherwise those of a large batch are left out
 */
export function updateOf({ head, entries }: Committed, watched = true): TopicUpdate {
  const first = head.last_seq - (entries?.length ?? 0) + 1
  return {
    id: head.id,
    epoch: head.epoch,
    first,
    last: head.last_seq,
    end: head.end_reason || null,
    entries: entries && (watched || fitsBus(entries)) ? placed(entries, first, head.last_line) : null,
    at: Date.now(),
  }
}

function placed(entries: PreparedEntry[], first: number, lastLine: number): Entry[] {
  const lines = entries.filter(entry => entry.kind === 'log').length
  let line = lastLine - lines
  return entries.map((entry, i) => ({ ...entry, seq: first + i, line: entry.kind === 'log' ? ++line : null }))
}

function fitsBus(entries: readonly Pick<PreparedEntry, 'message' | 'data'>[]): boolean {
  let bytes = 0
  for (const { message, data } of entries) bytes += 80 + (message?.length ?? 0) + (data?.length ?? 0)
  return bytes <= BUS_BYTES_MAX
}

export function encodeUpdate(update: TopicUpdate): string {
  const { entries, last, ...rest } = update
  const rows = entries && fitsBus(entries) ? entries.map(rowOf) : null
  return JSON.stringify({ ...rest, last: Number.isFinite(last) ? last : null, rows } satisfies Message)
}

const rowOf = (e: Entry): Row => [
  e.line,
  e.kind,
  e.at.getTime(),
  levelNumber(e.level),
  e.step,
  e.attempt,
  e.source,
  e.message,
  e.truncated ? 1 : 0,
  e.data,
]

export function decodeUpdate(text: string): TopicUpdate {
  const { rows, last, ...rest } = JSON.parse(text) as Message
  return {
    ...rest,
    last: last ?? Number.POSITIVE_INFINITY,
    entries: rows?.map((row, i) => entryOf(row, rest.first + i)) ?? null,
  }
}

function entryOf([line, kind, at, level, step, attempt, source, message, truncated, data]: Row, seq: number): Entry {
  const name: Level | null = level === null ? null : (LEVELS[level] ?? null)
  return {
    seq,
    line,
    kind,
    at: new Date(at),
    level: name,
    step,
    attempt,
    source,
    message,
    truncated: truncated === 1,
    data,
  }
}

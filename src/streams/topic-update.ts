import type { Level } from '../base/log'
import { LEVELS } from '../contract/values'
import type { Entry } from './entry'
import { levelNumber, type PreparedEntry } from './entry'
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

/** The update of one topic after a commit, for readers in this process. */
export function updateOf({ head, entries }: Committed): TopicUpdate {
  const first = firstOf(head, entries)
  const lines = entries && lineNumbers(entries, head.last_line)
  return {
    id: head.id,
    epoch: head.epoch,
    first,
    last: head.last_seq,
    end: head.end_reason || null,
    entries: entries?.map((entry, i) => ({ ...entry, seq: first + i, line: lines?.[i] ?? null })) ?? null,
    at: Date.now(),
  }
}

const firstOf = ({ last_seq }: Committed['head'], entries: Committed['entries']) =>
  last_seq - (entries?.length ?? 0) + 1

/** @param last the number of the last line among the entries */
function lineNumbers(entries: readonly PreparedEntry[], last: number): (number | null)[] {
  let line = last - entries.filter(isLine).length
  return entries.map(entry => (isLine(entry) ? ++line : null))
}

const isLine = ({ kind }: PreparedEntry) => kind === 'log'

function fitsBus(entries: readonly PreparedEntry[]): boolean {
  let bytes = 0
  for (const { message, data } of entries) bytes += 80 + (message?.length ?? 0) + (data?.length ?? 0)
  return bytes <= BUS_BYTES_MAX
}

/** The same for other processes. */
export function encodeUpdate({ head, entries }: Committed): string {
  const { id, epoch, last_seq, end_reason } = head
  return JSON.stringify({
    ...{ id, epoch, first: firstOf(head, entries), last: Number.isFinite(last_seq) ? last_seq : null },
    ...{ end: end_reason || null, at: Date.now() },
    rows: entries && fitsBus(entries) ? rowsOf(entries, head.last_line) : null,
  } satisfies Message)
}

function rowsOf(entries: readonly PreparedEntry[], lastLine: number): Row[] {
  const lines = lineNumbers(entries, lastLine)
  return entries.map((entry, i) => rowOf(entry, lines[i] ?? null))
}

const rowOf = (e: PreparedEntry, line: number | null): Row => [
  line,
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

import { LEVELS } from '../contract/values'
import type { Entry, PreparedEntry } from './entry'
import { isLine, SEPARATOR } from './record'

/** Adjacent entries of a topic, stored as one row. */
export interface Chunk {
  first_seq: number
  /** The number of its first log line, or of the next one if it has none. */
  first_line: number
  /** Joined by `SEPARATOR`. */
  records: string
}

/** A chunk before it has its place in its topic: all numbers count from 0. */
export interface NewChunk {
  first: number
  last: number
  firstLine: number
  /** One less than `firstLine` if it has no lines. */
  lastLine: number
  firstMs: number
  lastMs: number
  /** PostgreSQL array of its distinct kinds. */
  kinds: string
  /** A bit per level that its lines have, by index in `LEVELS`; see `levelBits`. */
  levels: number
  /** PostgreSQL array of the distinct steps of its lines. */
  steps: string
  records: string
}

/** Larger chunks take longer to read than what most readers want of them. In UTF-16 units. */
const CHUNK_LENGTH_MAX = 128 * 1024
const CHUNK_ENTRIES_MAX = 1_000

export const levelBits = (levels: readonly string[]): number =>
  levels.reduce((bits, level) => bits | (1 << LEVELS.indexOf(level as (typeof LEVELS)[number])), 0)

/** Divides what a flush appends to a topic into chunks of limited size. */
export function chunksOf(entries: readonly PreparedEntry[]): NewChunk[] {
  const chunks: NewChunk[] = []
  let line = 0
  for (let from = 0; from < entries.length; ) {
    const to = endOfChunk(entries, from)
    const chunk = newChunk(entries.slice(from, to), from, line)
    chunks.push(chunk)
    line = chunk.lastLine + 1
    from = to
  }
  return chunks
}

function endOfChunk(entries: readonly PreparedEntry[], from: number): number {
  let length = 0
  const end = Math.min(entries.length, from + CHUNK_ENTRIES_MAX)
  for (let at = from; at < end; at++) {
    length += entries[at]?.record.length ?? 0
    if (length > CHUNK_LENGTH_MAX) return Math.max(at, from + 1)
  }
  return end
}

function newChunk(entries: readonly PreparedEntry[], first: number, firstLine: number): NewChunk {
  const kinds = new Set<string>()
  const steps = new Set<string>()
  let levels = 0
  let lines = 0
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = Number.NEGATIVE_INFINITY
  let [lastKind, lastStep, records]: [string, string | null, string] = ['', null, '']
  for (const { kind, level, step, atMs, record } of entries) {
    // Most entries are like the one before.
    if (kind !== lastKind) kinds.add(kind)
    if (step !== null && step !== lastStep) steps.add(step)
    if (level !== null) levels |= 1 << LEVELS.indexOf(level)
    if (kind === 'log') lines++
    if (atMs < firstMs) firstMs = atMs
    if (atMs > lastMs) lastMs = atMs
    records += records === '' ? record : SEPARATOR + record
    lastKind = kind
    lastStep = step
  }
  const last = first + entries.length - 1
  const lastLine = firstLine + lines - 1
  const named = { kinds: `{${[...kinds].join()}}`, steps: quotedArray([...steps]) }
  return { first, last, firstLine, lastLine, firstMs, lastMs, levels, records, ...named }
}

const quotedArray = (texts: readonly string[]) => `{${texts.map(text => `"${text.replace(/[\\"]/g, '\\$&')}"`).join()}}`

/** The entries of a chunk, in order. An update that only ends a topic has none. */
export function entriesOf({ first_seq, first_line, records }: Chunk): Entry[] {
  if (records === '') return []
  let line = first_line
  return records
    .split(SEPARATOR)
    .map((record, i) => ({ seq: first_seq + i, line: isLine(record) ? line++ : null, record }))
}

import { type Db, likePattern } from '../base/db'
import { escapeText } from '../base/json-text'
import { z } from '../base/parse'
import { builtRows, manyRows } from '../base/rows'
import { entriesOf, levelBits } from './chunk'
import { type Criteria, matcherOf } from './criteria'
import type { Entry } from './entry'
import type { Head } from './history'

/** Which part of a topic to read: start exclusive, end inclusive. */
export interface Range {
  after: number
  upTo: number
  order?: 'asc' | 'desc'
}

/** Chunks are read whole, until they have this many entries or bytes. */
export interface Limits {
  entries: number
  bytes: number
}

/** Entries that were read, in the order asked for. */
export interface Read {
  entries: Entry[]
  /** All entries of the range up to this one, seen in that order, have been looked at. */
  lookedUpTo: number
  /** The first entry that was stored in the part looked at, whether it matches or not; undefined if there is none. */
  firstStored: number | undefined
}

/** Max rows per statement: the chunks of a quiet topic have an entry each. */
const ROWS_MAX = 500
/** Max bytes per statement when the number of entries is what matters. */
const BYTES_MAX = 1024 * 1024

const chunkRow = z.object({ first_seq: z.number(), last_seq: z.number(), first_line: z.number(), records: z.string() })

/** Reads matching entries of a topic, a bounded number of chunks at once. */
export async function readSome(
  db: Db,
  topicId: number,
  range: Range,
  criteria: Criteria,
  limits: Limits,
): Promise<Read> {
  const chunks = await readChunks(db, topicId, range, criteria, limits)
  const descending = range.order === 'desc'
  const matches = matcherOf(criteria)
  const within = ({ seq }: Entry) => seq > range.after && seq <= range.upTo
  const entries = chunks.flatMap(chunk => inOrder(entriesOf(chunk).filter(within), descending))
  const last = chunks.at(-1)
  const end = descending ? range.after + 1 : range.upTo
  const reached = last && (descending ? last.first_seq : last.last_seq)
  const lookedUpTo = reached === undefined ? end : descending ? Math.max(end, reached) : Math.min(end, reached)
  return { entries: entries.filter(({ record }) => matches(record)), lookedUpTo, firstStored: entries[0]?.seq }
}

const inOrder = (entries: Entry[], descending: boolean) => (descending ? entries.reverse() : entries)

/** The first `limit` matching entries of a range; fewer only if there are no more. */
export async function readEntries(
  db: Db,
  topicId: number,
  range: Range & { limit: number },
  criteria: Criteria,
): Promise<Entry[]> {
  const found: Entry[] = []
  let { after, upTo } = range
  while (found.length < range.limit && after < upTo) {
    const limits = { entries: range.limit - found.length, bytes: BYTES_MAX }
    const { entries, lookedUpTo } = await readSome(db, topicId, { after, upTo, order: range.order }, criteria, limits)
    found.push(...entries)
    if (range.order === 'desc') upTo = lookedUpTo - 1
    else after = lookedUpTo
  }
  return found.slice(0, range.limit)
}

async function readChunks(
  db: Db,
  topicId: number,
  { after, upTo, order = 'asc' }: Range,
  criteria: Criteria,
  limits: Limits,
): Promise<z.output<typeof chunkRow>[]> {
  const candidates = db('stream_chunks')
    .where('topic_id', topicId)
    .andWhere('last_seq', '>', after)
    .andWhere('first_seq', '<=', upTo)
  narrow(candidates, criteria)
  return builtRows(chunkRow, limited(db, chunkRow, candidates, `last_seq ${order}`, limits))
}

/** The first of these chunks in an order, up to the limits. Only those are decompressed. */
function limited(db: Db, { shape }: z.ZodObject, candidates: ReturnType<Db>, order: string, limits: Limits) {
  const { entries, bytes } = limits
  const columns = Object.keys(shape)
  const before = (amount: string) => `sum(${amount}) OVER (ORDER BY ${order}) - (${amount})`
  const counted = db
    .select('*')
    .select(db.raw(`${before('last_seq - first_seq + 1')} AS entries_before`))
    .select(db.raw(`${before('octet_length(records)')} AS bytes_before`))
    .from(candidates.select(columns).orderByRaw(order).limit(ROWS_MAX).as('candidate'))
  return db
    .select(columns)
    .from(counted.as('counted'))
    .where('entries_before', '<', entries)
    .andWhere('bytes_before', '<', bytes)
    .orderByRaw(order)
}

/** Leaves out chunks that certainly have no matching entries. */
function narrow(query: ReturnType<Db>, { kinds, withoutKinds, levels, steps, text }: Criteria) {
  if (kinds) query.whereRaw('kinds && ?::text[]', [[...kinds]])
  if (withoutKinds?.length) query.whereRaw('NOT kinds <@ ?::text[]', [[...withoutKinds]])
  // Level, step and text apply to lines only: chunks that have other entries as well stay if those are wanted.
  const others = kinds?.every(kind => kind === 'log') ? 'false' : "kinds <> '{log}'"
  const forLines = (sql: string, binding: number | string | string[]) =>
    query.whereRaw(`(${others} OR ${sql})`, [binding] as string[])
  if (levels) forLines('levels & ? <> 0', levelBits(levels))
  if (steps) forLines('steps && ?::text[]', [...steps])
  // PostgreSQL's idea of upper and lower case depends on its locale.
  if (text !== undefined && isAscii(text)) forLines('records ILIKE ?', likePattern(escapeText(text)))
}

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text)

/**
 * The seq before the last `count` matching lines: where a reader that asks for that much history starts. In topics
 * without lines (tenant events) all entries count; otherwise a reader would get everything.
 */
export async function seqBeforeLines(db: Db, head: Head, count: number, criteria: Criteria): Promise<number> {
  if (count === 0) return head.last_seq
  const range = { after: head.first_seq - 1, upTo: head.last_seq, limit: count, order: 'desc' as const }
  const found = await readEntries(db, head.id, range, { ...criteria, ...(head.last_line > 0 && { kinds: ['log'] }) })
  const oldest = found.at(-1)
  return found.length < count || !oldest ? head.first_seq - 1 : oldest.seq - 1
}

const mergedRow = chunkRow.extend({ topic_id: z.number(), first_at: z.date() })
export type MergedChunk = z.output<typeof mergedRow>

/**
 * Chunks of several topics with entries at or after a time, by the time of their earliest entry.
 * @param after the last chunk of the previous page
 */
export function readMergedChunks(
  db: Db,
  topicIds: readonly number[],
  since: Date | undefined,
  after: MergedChunk | undefined,
  criteria: Criteria,
  limits: Limits,
): Promise<MergedChunk[]> {
  const candidates = db('stream_chunks').whereRaw('topic_id = ANY(?::bigint[])', [[...topicIds]])
  if (since) candidates.andWhere('last_at', '>=', since)
  if (after) {
    const place = [after.first_at, after.topic_id, after.first_seq]
    candidates.whereRaw('(first_at, topic_id, first_seq) > (?, ?, ?)', place)
  }
  narrow(candidates, criteria)
  return builtRows(mergedRow, limited(db, mergedRow, candidates, 'first_at, topic_id, first_seq', limits))
}

const topicRow = z.object({ id: z.number(), name: z.string() })

export const topicsNamed = (db: Db, tenantId: string, names: readonly string[]) =>
  manyRows(db, topicRow, 'SELECT id, name FROM stream_topics WHERE tenant_id = ? AND name = ANY(?::text[])', [
    tenantId,
    names,
  ])

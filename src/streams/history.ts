import { encodedArray, plainArray } from '../base/array-literal'
import { type Db, escapedPatterns, type Transaction } from '../base/db'
import { z } from '../base/parse'
import { builtRows, firstRow, manyRows } from '../base/rows'
import { type Entry, levelNumber, levelOf, type PreparedEntry, type Topic, topicKey } from './entry'

const headRow = z.object({
  id: z.number(),
  epoch: z.string(),
  last_seq: z.number(),
  last_line: z.number(),
  /** Entries before it have been deleted. */
  first_seq: z.number(),
  state: z.string().nullable(),
  /** Null or empty while the topic is open. */
  end_reason: z.string().nullable(),
})
/** A snapshot of the head of a topic. */
export type Head = z.output<typeof headRow>

/** The entries that a flush appends to one topic. */
export interface TopicBatch {
  topic: Topic
  entries: PreparedEntry[]
  /** Why this batch ends the topic; empty: opens or reopens it; undefined: no change. */
  end: string | undefined
  /** Undefined: no change. `expected`: the mark that the topic must have, or nothing is appended. */
  fence: { mark: string | null; expected: string | null } | undefined
  /** Append nothing if the topic has ended. */
  onlyWhileOpen: boolean
}

const appendedHead = headRow.extend({ tenant_id: z.string(), name: z.string() })
export type AppendedHead = z.output<typeof appendedHead>

const { id, tenant_id, name, epoch, last_seq, last_line, first_seq } = appendedHead.shape
/** When all topics refused their entries, a row of nulls says that the batch was recorded. */
const appendedRow = appendedHead.extend({
  id: id.nullable(),
  tenant_id: tenant_id.nullable(),
  name: name.nullable(),
  epoch: epoch.nullable(),
  last_seq: last_seq.nullable(),
  last_line: last_line.nullable(),
  first_seq: first_seq.nullable(),
})
const hasHead = (row: z.output<typeof appendedRow>): row is AppendedHead => row.id !== null

const HEAD = Object.keys(headRow.shape).join(', ')

const APPEND = `
WITH writer AS (
  INSERT INTO stream_writers AS w (id, batch) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, updated_at = now() WHERE w.batch < excluded.batch
  RETURNING w.id
), input AS (
  SELECT i.* FROM writer, unnest(?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::bool[],
      ?::text[], ?::text[])
    WITH ORDINALITY AS i(tenant_id, name, entries, lines, state, end_reason, fenced, mark, expected, no)
), head AS (
  INSERT INTO stream_topics AS t (tenant_id, name, last_seq, last_line, state, end_reason, fence)
  SELECT tenant_id, name, entries, lines, state, end_reason, CASE WHEN fenced THEN ARRAY[mark, expected] END
  FROM input ORDER BY no
  ON CONFLICT (tenant_id, name) DO UPDATE SET
    last_seq = t.last_seq + excluded.last_seq,
    last_line = t.last_line + excluded.last_line,
    state = coalesce(excluded.state, t.state),
    end_reason = coalesce(excluded.end_reason, t.end_reason),
    fence = coalesce(excluded.fence, t.fence)
  WHERE (excluded.fence[2] IS NULL OR excluded.fence[2] = t.fence[1])
    AND (coalesce(t.end_reason, '') = '' OR t.tenant_id || '/' || t.name <> ALL (?::text[]))
  RETURNING t.*
), numbered AS (
  SELECT head.id, head.last_seq - input.entries AS before_seq, head.last_line - input.lines AS before_line, input.no
  FROM head JOIN input USING (tenant_id, name)
), inserted AS (
  INSERT INTO stream_entries (topic_id, seq, line, kind, at, level, step, attempt, source, message, truncated, data)
  SELECT n.id, n.before_seq + e.seq, n.before_line + e.line, e.kind, e.at, e.level, e.step, e.attempt, e.source, e.message, e.truncated, e.data
  FROM unnest(?::int[], ?::int[], ?::int[], ?::text[], ?::timestamptz[], ?::smallint[], ?::text[], ?::smallint[], ?::text[], ?::text[], ?::bool[], ?::text[])
    AS e(no, seq, line, kind, at, level, step, attempt, source, message, truncated, data)
  JOIN numbered n USING (no)
)
SELECT head.id, tenant_id, name, epoch, last_seq, last_line, first_seq, state, end_reason
FROM writer LEFT JOIN head ON true`

/**
 * Appends a flush in one statement: records the batch, moves the heads and numbers the entries. It may be executed any
 * number of times and arbitrarily late: a statement can reach the database after its connection was given up.
 * Topics must be sorted, so that all processes lock them in the same order.
 * @returns the heads of the topics that accepted their entries, which excludes those with another fence than expected
 * and
 *   those that should have been open and have ended; undefined if this batch was appended before
 */
export async function appendBatches(
  db: Db | Transaction,
  batches: TopicBatch[],
  writerId: string,
  batchNo: number,
): Promise<AppendedHead[] | undefined> {
  const bindings = [writerId, batchNo, ...headColumns(batches), mustBeOpen(batches), ...entryColumns(batches)]
  const appended = await manyRows(db, appendedRow, APPEND, bindings)
  return appended.length ? appended.filter(hasHead) : undefined
}

const headColumns = (batches: readonly TopicBatch[]) => [
  plainArray(batches.map(({ topic }) => topic.tenantId)),
  batches.map(({ topic }) => topic.name),
  plainArray(batches.map(({ entries }) => entries.length)),
  plainArray(batches.map(({ entries }) => countLines(entries))),
  encodedArray(batches.map(({ entries }) => entries.findLast(entry => entry.state !== null)?.state ?? null)),
  batches.map(({ end }) => end ?? null),
  plainArray(batches.map(({ fence }) => fence !== undefined)),
  batches.map(({ fence }) => fence?.mark ?? null),
  batches.map(({ fence }) => fence?.expected ?? null),
]

const countLines = (entries: readonly PreparedEntry[]) =>
  entries.reduce((lines, { kind }) => (kind === 'log' ? lines + 1 : lines), 0)

const mustBeOpen = (batches: readonly TopicBatch[]) =>
  batches.filter(({ onlyWhileOpen }) => onlyWhileOpen).map(({ topic }) => topicKey(topic))

function entryColumns(batches: readonly TopicBatch[]) {
  const entries = batches.flatMap(batch => batch.entries)
  return [
    plainArray(batches.flatMap((batch, i) => batch.entries.map(() => i + 1))),
    plainArray(batches.flatMap(batch => batch.entries.map((_, i) => i + 1))),
    plainArray(batches.flatMap(lineNumbers)),
    encodedArray(entries.map(({ kind }) => kind)),
    plainArray(entries.map(({ at }) => at.toISOString())),
    plainArray(entries.map(({ level }) => levelNumber(level))),
    entries.map(({ step }) => step),
    plainArray(entries.map(({ attempt }) => attempt)),
    entries.map(({ source }) => source),
    encodedArray(entries.map(({ message }) => message)),
    plainArray(entries.map(({ truncated }) => truncated)),
    encodedArray(entries.map(({ data }) => data)),
  ]
}

function lineNumbers({ entries }: TopicBatch) {
  let line = 0
  return entries.map(({ kind }) => (kind === 'log' ? ++line : null))
}

const writerRow = z.object({ batch: z.number() })

/** The number of the last batch that a writer committed. Waits for a commit in progress. */
export async function lastBatch(trx: Transaction, writerId: string): Promise<number | undefined> {
  const row = await firstRow(trx, writerRow, 'SELECT batch FROM stream_writers WHERE id = ? FOR UPDATE', [writerId])
  return row?.batch
}

export async function registerWriter(db: Db, writerId: string): Promise<void> {
  await db.raw(`INSERT INTO stream_writers (id, batch) VALUES (?, 0) ON CONFLICT (id) DO NOTHING`, [writerId])
}

/** The head of a topic, if it exists. */
export const findHead = (db: Db, { tenantId, name }: Topic): Promise<Head | undefined> =>
  firstRow(db, headRow, `SELECT ${HEAD} FROM stream_topics WHERE tenant_id = ? AND name = ?`, [tenantId, name])

/** The head of a topic. Creates the topic if nothing has been written yet, so that it has an epoch from the start. */
export async function readHead(db: Db, topic: Topic): Promise<Head> {
  const found = await findHead(db, topic)
  if (found) return found
  await db.raw('INSERT INTO stream_topics (tenant_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING', [
    topic.tenantId,
    topic.name,
  ])
  const created = await findHead(db, topic)
  if (!created) throw new Error(`Topic ${topic.name} was deleted while it was being created`)
  return created
}

export const readHeads = (db: Db, ids: number[]): Promise<Head[]> =>
  manyRows(db, headRow, `SELECT ${HEAD} FROM stream_topics WHERE id = ANY(?::bigint[])`, [ids])

/** Which entries of a topic to select. Level, step, attempt and text apply to log lines only. */
export interface Criteria {
  kinds?: readonly string[] | undefined
  withoutKinds?: readonly string[] | undefined
  levels?: readonly string[] | undefined
  steps?: readonly string[] | undefined
  attempt?: number | undefined
  /** Contained in the message, ignoring case. */
  text?: string | undefined
  source?: string | undefined
}

export interface Range {
  after: number
  upTo: number
  limit: number
  order?: 'asc' | 'desc'
}

const entryRow = z.object({
  seq: z.number(),
  line: z.number().nullable(),
  kind: z.string(),
  at: z.date(),
  level: z.number().nullable(),
  step: z.string().nullable(),
  attempt: z.number().nullable(),
  source: z.string().nullable(),
  message: z.string().nullable(),
  truncated: z.boolean(),
  data: z.string().nullable(),
})
const ENTRY = Object.keys(entryRow.shape)

const seqRow = entryRow.pick({ seq: true })
const mergedRow = entryRow.extend({ topic_id: z.number(), topic: z.string() })

/** Entries of a topic, start exclusive, end inclusive. */
export async function readEntries(
  db: Db,
  topicId: number,
  { after, upTo, limit, order = 'asc' }: Range,
  criteria: Criteria,
): Promise<Entry[]> {
  const query = db('stream_entries')
    .select(ENTRY)
    .where('topic_id', topicId)
    .andWhere('seq', '>', after)
    .andWhere('seq', '<=', upTo)
    .orderBy('seq', order)
    .limit(limit)
  narrow(query, criteria)
  const found = await builtRows(entryRow, query)
  return found.map(row => ({ ...row, level: levelOf(row.level) }))
}

function narrow(query: ReturnType<Db>, criteria: Criteria) {
  const { kinds, withoutKinds, levels, steps, attempt, text, source } = criteria
  if (kinds) query.whereIn('kind', kinds)
  if (withoutKinds?.length) query.whereNotIn('kind', withoutKinds)
  if (source !== undefined) query.where('source', source)
  if (!levels && !steps && attempt === undefined && text === undefined) return
  query.where(either =>
    either.whereNot('kind', 'log').orWhere(line => {
      if (levels) line.whereIn('level', levels.map(level => levelNumber(level as Entry['level'])) as number[])
      if (steps) line.whereIn('step', steps)
      if (attempt !== undefined) line.where('attempt', attempt)
      if (text !== undefined) {
        const { like, exactly } = escapedPatterns(text, '^')
        line.whereILike('message', like).whereRaw('(strpos(message, ?) = 0 OR message ~* ?)', ['\\', exactly])
      }
    }),
  )
}

/**
 * The seq before the last `count` matching lines: where a reader that asks for that much history starts. In topics
 * without lines (tenant events) all entries count; otherwise a reader would get everything.
 */
export async function seqBeforeLines(db: Db, head: Head, count: number, criteria: Criteria): Promise<number> {
  if (count === 0) return head.last_seq
  const query = db('stream_entries').select('seq').where('topic_id', head.id).andWhere('seq', '<=', head.last_seq)
  narrow(query.orderBy('seq', 'desc').limit(count), { ...criteria, ...(head.last_line > 0 && { kinds: ['log'] }) })
  const lines = await builtRows(seqRow, query)
  const oldest = lines.at(-1)
  return lines.length < count || !oldest ? head.first_seq - 1 : oldest.seq - 1
}

export interface MergedPosition {
  at: Date
  topicId: number
  seq: number
}

/** Entries of several topics of one tenant by time, after a position. */
export async function readMerged(
  db: Db,
  tenantId: string,
  names: string[],
  after: MergedPosition | undefined,
  limit: number,
  criteria: Criteria,
): Promise<(Entry & { topic: string; topic_id: number })[]> {
  const query = db('stream_entries')
    .join('stream_topics', 'stream_topics.id', 'stream_entries.topic_id')
    .select(...ENTRY, 'topic_id', 'stream_topics.name as topic')
    .where('stream_topics.tenant_id', tenantId)
    .whereRaw('stream_topics.name = ANY(?::text[])', [names])
    .orderBy(['at', 'topic_id', 'seq'])
    .limit(limit)
  if (after) query.whereRaw('(at, topic_id, seq) > (?, ?, ?)', [after.at, after.topicId, after.seq])
  narrow(query, criteria)
  const found = await builtRows(mergedRow, query)
  return found.map(row => ({ ...row, level: levelOf(row.level) }))
}

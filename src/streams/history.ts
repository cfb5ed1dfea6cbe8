import { binaryTexts, encodedArray, plainArray } from '../base/array-literal'
import type { Db, Transaction } from '../base/db'
import { z } from '../base/parse'
import { firstRow, manyRows } from '../base/rows'
import { chunksOf } from './chunk'
import { type PreparedEntry, type Topic, topicKey } from './entry'

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
  INSERT INTO stream_chunks (topic_id, first_seq, last_seq, first_line, last_line, first_at, last_at, kinds, levels,
    steps, records)
  SELECT n.id, n.before_seq + 1 + c.first, n.before_seq + 1 + c.last, n.before_line + 1 + c.first_line,
    n.before_line + 1 + c.last_line, c.first_at, c.last_at, c.kinds::text[], c.levels, c.steps::text[], c.records
  FROM unnest(?::int[], ?::int[], ?::int[], ?::int[], ?::int[], ?::timestamptz[], ?::timestamptz[], ?::text[],
      ?::smallint[], ?::text[], ?::text[])
    AS c(no, first, last, first_line, last_line, first_at, last_at, kinds, levels, steps, records)
  JOIN numbered n USING (no)
)
SELECT head.id, tenant_id, name, epoch, last_seq, last_line, first_seq, state, end_reason
FROM writer LEFT JOIN head ON true`

/**
 * Appends a flush in one statement: records the batch, moves the heads and numbers the entries, in chunks. It may be executed any
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
  const bindings = [writerId, batchNo, ...headColumns(batches), mustBeOpen(batches), ...chunkColumns(batches)]
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

function chunkColumns(batches: readonly TopicBatch[]) {
  const chunks = batches.flatMap(({ entries }, i) => chunksOf(entries).map(chunk => ({ ...chunk, no: i + 1 })))
  return [
    plainArray(chunks.map(({ no }) => no)),
    plainArray(chunks.map(({ first }) => first)),
    plainArray(chunks.map(({ last }) => last)),
    plainArray(chunks.map(({ firstLine }) => firstLine)),
    plainArray(chunks.map(({ lastLine }) => lastLine)),
    plainArray(chunks.map(({ firstMs }) => new Date(firstMs).toISOString())),
    plainArray(chunks.map(({ lastMs }) => new Date(lastMs).toISOString())),
    chunks.map(({ kinds }) => kinds),
    plainArray(chunks.map(({ levels }) => levels)),
    chunks.map(({ steps }) => steps),
    binaryTexts(chunks.map(({ records }) => records)),
  ]
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

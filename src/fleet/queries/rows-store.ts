import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { row } from '../../contract/queries'
import type { Row } from '../agent'

export interface Chunk {
  answerId: string
  /** Number of its first row, from 1. */
  from: number
  rows: readonly Row[]
}

/** Stores rows of answers. They count once a target refers to their answer. */
export async function insertRows(db: Db | Transaction, chunks: readonly Chunk[]): Promise<void> {
  // One JSON text for all: an array of texts would be escaped again, which costs more than everything else here.
  await db.raw(
    `INSERT INTO query_rows (answer_id, no, data)
     SELECT CAST(c.chunk ->> 'answerId' AS uuid), CAST(c.chunk ->> 'from' AS integer) + r.no - 1, r.data
     FROM jsonb_array_elements(?::jsonb) AS c(chunk),
       jsonb_array_elements(c.chunk -> 'rows') WITH ORDINALITY AS r(data, no)`,
    [JSON.stringify(chunks)],
  )
}

/** Registers an answer whose rows are stored before it counts. */
export async function stage(db: Db, answerId: string): Promise<void> {
  await db.raw('INSERT INTO staged_answers (answer_id) VALUES (?) ON CONFLICT DO NOTHING', [answerId])
}

/** Which of the answers are still staged (retention deletes old ones), locked until the end of the transaction. */
export async function holdStaged(trx: Transaction, answerIds: string[]): Promise<Set<string>> {
  const held = await manyRows(
    trx,
    z.object({ answer_id: z.string() }),
    'SELECT answer_id FROM staged_answers WHERE answer_id = ANY(?::uuid[]) ORDER BY answer_id FOR UPDATE',
    [answerIds],
  )
  return new Set(held.map(({ answer_id }) => answer_id))
}

/** Call it when these answers count. */
export async function unstage(trx: Transaction, answerIds: string[]): Promise<void> {
  await trx.raw('DELETE FROM staged_answers WHERE answer_id = ANY(?::uuid[])', [answerIds])
}

/** Deletes the rows of an answer that does not count. */
export async function discard(db: Db, answerId: string): Promise<void> {
  await db.raw(
    `WITH gone AS (DELETE FROM staged_answers WHERE answer_id = ? RETURNING answer_id)
     DELETE FROM query_rows r USING gone WHERE r.answer_id = gone.answer_id`,
    [answerId],
  )
}

/** The first rows of each answer: at most `limit`, and about `bytesMax` of JSON. */
export async function firstRows(
  db: Db,
  answerIds: readonly string[],
  { limit, bytesMax }: { limit: number; bytesMax: number },
): Promise<Map<string, Row[]>> {
  const first = await manyRows(
    db,
    z.object({ answer_id: z.string(), data: row }),
    `SELECT answer_id, data FROM (
       SELECT answer_id, no, data, sum(octet_length(data::text)) OVER (PARTITION BY answer_id ORDER BY no) AS bytes
       FROM query_rows WHERE answer_id = ANY(?::uuid[]) AND no <= ?
     ) r WHERE bytes <= ? ORDER BY answer_id, no`,
    [answerIds, limit, bytesMax],
  )
  const byAnswer = new Map<string, Row[]>(answerIds.map(id => [id, []]))
  for (const { answer_id, data } of first) byAnswer.get(answer_id)?.push(data)
  return byAnswer
}

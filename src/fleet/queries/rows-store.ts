import { type Db, rows, type Transaction } from '../../base/db'
import type { Row } from '../agent'

export interface Chunk {
  answerId: string
  /** Number of its first row, from 1. */
  from: number
  rows: readonly Row[]
}

/** Keeps rows of answers; they count once a target names their answer. */
export async function insertRows(db: Db | Transaction, chunks: readonly Chunk[]): Promise<void> {
  // One text for all: an array of texts would be escaped once more, which costs more than everything else here.
  await db.raw(
    `INSERT INTO query_rows (answer_id, no, data)
     SELECT CAST(c.chunk ->> 'answerId' AS uuid), CAST(c.chunk ->> 'from' AS integer) + r.no - 1, r.data
     FROM jsonb_array_elements(?::jsonb) AS c(chunk),
       jsonb_array_elements(c.chunk -> 'rows') WITH ORDINALITY AS r(data, no)`,
    [JSON.stringify(chunks)],
  )
}

/** Notes answers whose rows are stored before they count. */
export async function stage(db: Db, answerId: string): Promise<void> {
  await db.raw('INSERT INTO staged_answers (answer_id) VALUES (?) ON CONFLICT DO NOTHING', [answerId])
}

/** Which of these are still stored ahead: retention takes out what has waited for too long. They stay until the end of the transaction. */
export async function holdStaged(trx: Transaction, answerIds: string[]): Promise<Set<string>> {
  const found = await rows<{ answer_id: string }>(
    trx,
    'SELECT answer_id FROM staged_answers WHERE answer_id = ANY(?::uuid[]) ORDER BY answer_id FOR UPDATE',
    [answerIds],
  )
  return new Set(found.map(({ answer_id }) => answer_id))
}

/** From now on these answers count. */
export async function unstage(trx: Transaction, answerIds: string[]): Promise<void> {
  await trx.raw('DELETE FROM staged_answers WHERE answer_id = ANY(?::uuid[])', [answerIds])
}

/** Rows of an answer that does not count. */
export async function discard(db: Db, answerId: string): Promise<void> {
  await db.raw(
    `WITH gone AS (DELETE FROM staged_answers WHERE answer_id = ? RETURNING answer_id)
     DELETE FROM query_rows r USING gone WHERE r.answer_id = gone.answer_id`,
    [answerId],
  )
}

/** The first rows of answers, by answer: of each at most `limit`, and about as many as have `bytesMax`. */
export async function firstRows(
  db: Db,
  answerIds: readonly string[],
  { limit, bytesMax }: { limit: number; bytesMax: number },
): Promise<Map<string, Row[]>> {
  const found = await rows<{ answer_id: string; data: Row }>(
    db,
    `SELECT answer_id, data FROM (
       SELECT answer_id, no, data, sum(octet_length(data::text)) OVER (PARTITION BY answer_id ORDER BY no) AS bytes
       FROM query_rows WHERE answer_id = ANY(?::uuid[]) AND no <= ?
     ) r WHERE bytes <= ? ORDER BY answer_id, no`,
    [answerIds, limit, bytesMax],
  )
  const byAnswer = new Map<string, Row[]>(answerIds.map(id => [id, []]))
  for (const { answer_id, data } of found) byAnswer.get(answer_id)?.push(data)
  return byAnswer
}

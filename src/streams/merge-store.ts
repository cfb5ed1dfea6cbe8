import type { Db } from '../base/db'
import { z } from '../base/parse'
import type { Day } from '../base/partitions'
import { countRow, oneRow } from '../base/rows'
import { lowPriority } from '../base/table-store'

/** Smaller chunks are merged, in bytes. */
const SMALL_BYTES = 16 * 1024
/** Up to about this size. */
const MERGED_BYTES = 64 * 1024

/** Small chunks of topics, grouped with their neighbors. What lies between two days cannot be merged. */
const GROUPS = (day: string) => `
  WITH small AS (
    SELECT topic_id, first_seq, last_seq, last_at, sum(octet_length(records)) OVER own / ${MERGED_BYTES} AS part,
      (first_seq - 1 IS DISTINCT FROM lag(last_seq) OVER own)::integer AS begins
    FROM ${day} WHERE topic_id = ANY(:ids::bigint[]) AND octet_length(records) < ${SMALL_BYTES}
    WINDOW own AS (PARTITION BY topic_id ORDER BY last_seq)
  ), adjacent AS (
    SELECT *, sum(begins) OVER (PARTITION BY topic_id ORDER BY last_seq) AS island FROM small
  ), several AS (
    SELECT topic_id, island, part, count(*) AS chunks FROM adjacent GROUP BY topic_id, island, part HAVING count(*) > 1
  )`

/** By how many chunks merging those of these topics would reduce a day. */
export async function countMergeable(db: Db, { name }: Day, ids: readonly number[]): Promise<number> {
  const sql = `${GROUPS(name)} SELECT coalesce(sum(chunks - 1), 0)::bigint AS count FROM several`
  return (await oneRow(db, countRow, sql, { ids })).count
}

/**
 * Merges small adjacent chunks of topics, within a day to which nothing is added anymore. Readers see either the old
 * chunks or the new ones, which have the same entries.
 * @returns by how many chunks the day was reduced
 */
export function mergeChunks(db: Db, { name }: Day, ids: readonly number[]): Promise<number> {
  return lowPriority(db, async trx => {
    const { gone, added } = await oneRow(
      trx,
      z.object({ gone: z.number(), added: z.number() }),
      `${GROUPS(name)}, gone AS (
         DELETE FROM ${name} c USING adjacent a JOIN several USING (topic_id, island, part)
         WHERE c.topic_id = a.topic_id AND c.last_seq = a.last_seq AND c.last_at = a.last_at
         RETURNING c.*, a.island, a.part
       ), contents AS (
         SELECT topic_id, island, part, array_agg(DISTINCT kind) FILTER (WHERE kind IS NOT NULL) AS kinds,
           coalesce(array_agg(DISTINCT step) FILTER (WHERE step IS NOT NULL), '{}') AS steps
         FROM gone, LATERAL (SELECT unnest(kinds) AS kind, NULL AS step UNION ALL SELECT NULL, unnest(steps)) AS each
         GROUP BY topic_id, island, part
       ), added AS (
         INSERT INTO ${name} (topic_id, first_seq, last_seq, first_line, last_line, first_at, last_at, kinds, levels, steps,
           records)
         SELECT topic_id, min(first_seq), max(last_seq),
           -- a chunk without lines that was carried over from an older version may not know how many came before
           coalesce(min(first_line) FILTER (WHERE last_line >= first_line), min(first_line)),
           coalesce(max(last_line) FILTER (WHERE last_line >= first_line), min(first_line) - 1),
           min(first_at), max(last_at), contents.kinds, bit_or(levels), contents.steps, string_agg(records, E'\\n' ORDER BY first_seq)
         FROM gone JOIN contents USING (topic_id, island, part)
         GROUP BY topic_id, island, part, contents.kinds, contents.steps
         RETURNING 1
       )
       SELECT (SELECT count(*) FROM gone) AS gone, (SELECT count(*) FROM added) AS added`,
      { ids },
    )
    return gone - added
  })
}

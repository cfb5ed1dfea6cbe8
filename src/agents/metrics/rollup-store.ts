import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { oneRow } from '../../base/rows'
import { replacedSums, sumColumns, sumsOfSamples, sumsOfSums } from './gauges'
import { SAMPLES } from './sample-store'

export const MINUTES = 'agent_minutes'
export const TEN_MINUTES = 'agent_ten_minutes'
export type Grain = 'minute' | 'ten_minutes'

const rollupRow = z.object({ closed_until: z.date(), done_until: z.date() })
export type Progress = z.output<typeof rollupRow>

export const readProgress = (db: Db, grain: Grain): Promise<Progress> =>
  oneRow(db, rollupRow, 'SELECT closed_until, done_until FROM agent_rollups WHERE grain = ?', [grain])

/** The same; other processes wait until the transaction ends. */
export const lockProgress = (trx: Transaction, grain: Grain): Promise<Progress> =>
  oneRow(trx, rollupRow, 'SELECT closed_until, done_until FROM agent_rollups WHERE grain = ? FOR UPDATE', [grain])

export async function storeProgress(trx: Transaction, grain: Grain, until: Date): Promise<void> {
  await trx.raw('UPDATE agent_rollups SET done_until = ?, closed_until = greatest(closed_until, ?) WHERE grain = ?', [
    until,
    until,
    grain,
  ])
}

/**
 * From now on, samples before this time are late. Waits for commits that took them for being in time, so that what is then summed
 * up is complete; commits wait for this meanwhile, so it gives up soon.
 * @throws Error with PostgreSQL's code 55P03 (lock not available)
 */
export async function closeMinutes(db: Db, until: Date): Promise<void> {
  await db.transaction(async trx => {
    await trx.raw("SET LOCAL lock_timeout = '500ms'")
    await trx.raw(
      `UPDATE agent_rollups SET closed_until = ? WHERE grain = 'minute' AND closed_until < ?::timestamptz`,
      [until, until],
    )
    await trx.raw(`LOCK TABLE ${SAMPLES} IN SHARE MODE`)
  })
}

export interface Span {
  from: Date
  /** Exclusive. */
  to: Date
}

const REPLACE = `ON CONFLICT (subject, at) DO UPDATE SET ${replacedSums()}`

/**
 * Sums up samples by minute, each subject by itself, because an index finds its samples.
 * @param agentId null: of all agents
 */
export async function sumMinutes(trx: Transaction, span: Span, agentId: string | null): Promise<void> {
  await trx.raw(
    `INSERT INTO ${MINUTES} (subject, at, ${sumColumns()})
     SELECT s.id, r.* FROM agent_subjects s CROSS JOIN LATERAL (
       SELECT date_bin('1 minute', at, 'epoch') AS bucket, ${sumsOfSamples()}
       FROM ${SAMPLES} WHERE subject = s.id AND at >= :from AND at < :to GROUP BY 1) AS r
     WHERE CAST(:agentId AS uuid) IS NULL OR s.agent_id = :agentId ${REPLACE}`,
    { ...span, agentId },
  )
}

/** Sums up minutes by ten. */
export async function sumTenMinutes(trx: Transaction, span: Span, agentId: string | null): Promise<void> {
  await trx.raw(
    `INSERT INTO ${TEN_MINUTES} (subject, at, ${sumColumns()})
     SELECT s.id, r.* FROM agent_subjects s CROSS JOIN LATERAL (
       SELECT date_bin('10 minutes', at, 'epoch') AS bucket, ${sumsOfSums()}
       FROM ${MINUTES} WHERE subject = s.id AND at >= :from AND at < :to GROUP BY 1) AS r
     WHERE CAST(:agentId AS uuid) IS NULL OR s.agent_id = :agentId ${REPLACE}`,
    { ...span, agentId },
  )
}

import { plainArray } from '../../base/array-literal'
import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows, oneRow } from '../../base/rows'
import { GAUGES } from './gauges'
import { type Sample, subjectOf } from './sample'

export const SAMPLES = 'agent_samples'

/**
 * Until the transaction ends, no hour of samples is dropped, and no minute is closed to samples that are in time.
 * Those who write samples do not wait for each other.
 */
export const lockForSamples = (trx: Transaction) => trx.raw(`LOCK TABLE ${SAMPLES} IN ROW EXCLUSIVE MODE`)

const closedRow = z.object({ closed_until: z.date() })

/** Samples before this time are late: what they belong to may have been summed up already. */
export async function findClosed(trx: Transaction): Promise<Date> {
  const sql = `SELECT closed_until FROM agent_rollups WHERE grain = 'minute'`
  const found = await firstRow(trx, closedRow, sql)
  if (!found) throw new Error('agent_rollups has no row for minute')
  return found.closed_until
}

/** Gives what is measured for the first time a number. */
export async function insertSubjects(trx: Transaction, samples: readonly Sample[]): Promise<void> {
  const subjects = [...new Map(samples.map(sample => [subjectOf(sample), sample])).entries()].sort(([a], [b]) =>
    a < b ? -1 : 1,
  )
  await trx.raw(
    `INSERT INTO agent_subjects (tenant_id, agent_id, container_id, subject_id)
     SELECT n.* FROM unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::uuid[]) AS n(tenant_id, agent_id, container_id, subject_id)
     WHERE NOT EXISTS (SELECT FROM agent_subjects s WHERE s.subject_id = n.subject_id) ON CONFLICT DO NOTHING`,
    [
      subjects.map(([, { tenantId }]) => tenantId),
      subjects.map(([, { agentId }]) => agentId),
      plainArray(subjects.map(([, { container }]) => container)),
      subjects.map(([id]) => id),
    ],
  )
}

const foundRow = z.object({ found: z.boolean() })

/** Whether anything has ever been measured. */
export const hasSubjects = async (db: Db): Promise<boolean> =>
  (await oneRow(db, foundRow, 'SELECT EXISTS (SELECT FROM agent_subjects) AS found')).found

/** A column of type real refuses what is beyond its range, on either side. */
function storable(value: number | null | undefined): number | null {
  if (value === null || value === undefined) return null
  const rounded = Math.fround(value)
  return Number.isFinite(rounded) ? rounded : null
}

/** Stores each sample once. @returns how many were new */
export async function insertSamples(trx: Transaction, samples: readonly Sample[]): Promise<number> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO ${SAMPLES} (at, subject, ${GAUGES.join(', ')})
     SELECT n.at, s.id, ${GAUGES.map(gauge => `n.${gauge}`).join(', ')}
     FROM unnest(?::timestamptz[], ?::uuid[]${', ?::real[]'.repeat(GAUGES.length)}) AS n(at, subject_id, ${GAUGES.join(', ')})
       JOIN agent_subjects s USING (subject_id)
     ON CONFLICT DO NOTHING`,
    [
      plainArray(samples.map(({ at }) => `"${at.toISOString()}"`)),
      plainArray(samples.map(subjectOf)),
      ...GAUGES.map(gauge => plainArray(samples.map(({ values }) => storable(values[gauge])))),
    ],
  )
  return rowCount
}

/** Ten minutes of an agent. */
export interface LateSpan {
  agentId: string
  from: Date
}

export async function insertLate(trx: Transaction, late: readonly LateSpan[]): Promise<void> {
  await trx.raw('INSERT INTO agent_late_samples (agent_id, at) SELECT * FROM unnest(?::uuid[], ?::timestamptz[])', [
    late.map(({ agentId }) => agentId),
    late.map(({ from }) => from),
  ])
}

const lateRow = z.object({ agent_id: z.string(), at: z.date() })

/** Takes some of what has to be summed up again, the oldest first. */
export async function takeLate(trx: Transaction, limit: number): Promise<LateSpan[]> {
  const found = await manyRows(
    trx,
    lateRow,
    `WITH oldest AS (SELECT DISTINCT agent_id, at FROM agent_late_samples ORDER BY at, agent_id LIMIT ?),
       taken AS (DELETE FROM agent_late_samples l USING oldest o WHERE l.agent_id = o.agent_id AND l.at = o.at)
     SELECT agent_id, at FROM oldest`,
    [limit],
  )
  return found.map(({ agent_id, at }) => ({ agentId: agent_id, from: at }))
}

import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, idRow, manyRows, oneRow, storedJson } from '../../base/rows'
import { labelSet, matcher } from '../../contract/matchers'
import type { SilenceState } from '../../contract/silences'
import type { StoredSilence } from './silence'

const silenceRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  /** JSON. */
  matchers: z.string(),
  starts_at: z.date(),
  ends_at: z.date(),
  comment: z.string(),
  created_by: z.string(),
  /** JSON. */
  annotations: z.string(),
  replaces: z.string().nullable(),
  created_at: z.date(),
  updated_at: z.date(),
})
type SilenceRow = z.output<typeof silenceRow>
const COLUMNS = Object.keys(silenceRow.shape)
const SILENCE = COLUMNS.join(', ')

const read = (row: SilenceRow): StoredSilence => ({
  id: row.id,
  tenantId: row.tenant_id,
  matchers: storedJson(z.array(matcher), row.matchers),
  startsAt: row.starts_at.getTime(),
  endsAt: row.ends_at.getTime(),
  comment: row.comment,
  createdBy: row.created_by,
  annotations: storedJson(labelSet, row.annotations),
  replaces: row.replaces,
  createdAt: row.created_at.getTime(),
  updatedAt: row.updated_at.getTime(),
})

const stored = (silence: StoredSilence): SilenceRow => ({
  id: silence.id,
  tenant_id: silence.tenantId,
  matchers: JSON.stringify(silence.matchers),
  starts_at: new Date(silence.startsAt),
  ends_at: new Date(silence.endsAt),
  comment: silence.comment,
  created_by: silence.createdBy,
  annotations: JSON.stringify(silence.annotations),
  replaces: silence.replaces,
  created_at: new Date(silence.createdAt),
  updated_at: new Date(silence.updatedAt),
})

/** @param isEndTold whether its end needs no event of its own any more */
export async function writeSilence(trx: Transaction, silence: StoredSilence, isEndTold: boolean): Promise<void> {
  const changing = ['matchers', 'starts_at', 'ends_at', 'comment', 'created_by', 'annotations', 'updated_at']
  await trx.raw(
    `INSERT INTO silences AS s (${SILENCE}, is_end_told) VALUES (${COLUMNS.map(name => `:${name}`).join(', ')}, :isEndTold)
     ON CONFLICT (id) DO UPDATE SET is_end_told = excluded.is_end_told,
       ${changing.map(name => `${name} = excluded.${name}`).join(', ')}
     WHERE s.tenant_id = excluded.tenant_id`,
    { ...stored(silence), isEndTold },
  )
}

export async function findSilence(db: Db, tenantId: string, id: string): Promise<StoredSilence | undefined> {
  const sql = `SELECT ${SILENCE} FROM silences WHERE tenant_id = ? AND id = ?`
  const found = await firstRow(db, silenceRow, sql, [tenantId, id])
  return found && read(found)
}

export async function lockSilence(trx: Transaction, tenantId: string, id: string): Promise<StoredSilence | undefined> {
  const sql = `SELECT ${SILENCE} FROM silences WHERE tenant_id = ? AND id = ? FOR UPDATE`
  const found = await firstRow(trx, silenceRow, sql, [tenantId, id])
  return found && read(found)
}

export async function countUnended(trx: Transaction, tenantId: string, now: number): Promise<number> {
  const sql = 'SELECT count(*) AS count FROM silences WHERE tenant_id = ? AND ends_at > ?'
  return (await oneRow(trx, countRow, sql, [tenantId, new Date(now)])).count
}

/** Silences that end after a time, the last one first. */
export async function silencesAfter(db: Db, tenantId: string, after: number, limit: number): Promise<StoredSilence[]> {
  const found = await manyRows(
    db,
    silenceRow,
    `SELECT ${SILENCE} FROM silences WHERE tenant_id = ? AND ends_at > ? ORDER BY ends_at DESC, id DESC LIMIT ?`,
    [tenantId, new Date(after), limit],
  )
  return found.map(read)
}

export interface SilencePlace {
  state: SilenceState
  q: string | undefined
  now: number
  /** The end and id of the silence before. */
  after: { endsAt: number; id: string } | undefined
  limit: number
}

/** Clocks of processes differ by less. */
const SKEW_MS = 3_600_000
const CONDITIONS: Record<SilenceState, string> = {
  active: 'ends_at > :now AND ends_at > updated_at AND (starts_at <= :now OR starts_at <= updated_at)',
  pending: 'ends_at > :now AND ends_at > updated_at AND starts_at > :now AND starts_at > updated_at',
  expired: 'ends_at < :soon AND (ends_at <= :now OR ends_at <= updated_at)',
}

/** Silences of one state: expired ones from the latest, others by when they end. */
export async function listSilences(db: Db, tenantId: string, place: SilencePlace): Promise<StoredSilence[]> {
  const { state, q, now, after, limit } = place
  const [order, next] = state === 'expired' ? ['DESC', '<'] : ['ASC', '>']
  const found = await manyRows(
    db,
    silenceRow,
    `SELECT ${SILENCE} FROM silences WHERE tenant_id = :tenantId AND ${CONDITIONS[state]}
       AND (CAST(:endsAt AS timestamptz) IS NULL OR (ends_at, id) ${next} (CAST(:endsAt AS timestamptz), CAST(:id AS uuid)))
       AND (CAST(:q AS text) IS NULL OR strpos(lower(comment || ' ' || created_by || ' ' || matchers), lower(:q)) > 0)
     ORDER BY ends_at ${order}, id ${order} LIMIT :limit`,
    {
      tenantId,
      now: new Date(now),
      ...(state === 'expired' && { soon: new Date(now + SKEW_MS) }),
      q: q ?? null,
      endsAt: after ? new Date(after.endsAt) : null,
      id: after?.id ?? null,
      limit,
    },
  )
  return found.map(read)
}

/** Takes silences that have ended without an event about it; each is taken once. */
export async function takeUntold(trx: Transaction, now: number, limit: number): Promise<StoredSilence[]> {
  const found = await manyRows(
    trx,
    silenceRow,
    `UPDATE silences s SET is_end_told = true FROM (
       SELECT id AS ended FROM silences WHERE NOT is_end_told AND ends_at <= ?
       ORDER BY ends_at LIMIT ? FOR UPDATE SKIP LOCKED) AS untold
     WHERE s.id = ended RETURNING ${SILENCE}`,
    [new Date(now), limit],
  )
  return found.map(read).sort((a, b) => a.endsAt - b.endsAt)
}

/** When the next silence ends of which there is no event yet. */
export async function nextUntold(db: Db): Promise<number | undefined> {
  const sql = 'SELECT ends_at FROM silences WHERE NOT is_end_told ORDER BY ends_at LIMIT 1'
  return (await firstRow(db, silenceRow.pick({ ends_at: true }), sql))?.ends_at.getTime()
}

const labelsRow = idRow.extend({ fingerprint: z.string(), labels: z.string() })
export type RecentLabels = z.output<typeof labelsRow>

/** Labels of occurrences that are over, the newest first. */
export const recentLabels = (
  db: Db,
  tenantId: string,
  { from, before, limit }: { from: string; before: string; limit: number },
): Promise<RecentLabels[]> =>
  manyRows(
    db,
    labelsRow,
    `SELECT id, fingerprint, labels FROM alerts
     WHERE tenant_id = ? AND resolved_at IS NOT NULL AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?`,
    [tenantId, from, before, limit],
  )

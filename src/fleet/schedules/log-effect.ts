import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { Effect, NewEntry } from '../../streams'
import type { LogBatch } from '../agent'
import type { EncodedLine, ResultRow } from './encode'
import { type Delivery, nextStep, readTaken, type Taken, writeTaken } from './marks'

/** Consecutive lines of one delivery. */
export interface LogPiece {
  tenantId: string
  hostId: string
  type: LogBatch['type']
  delivery: Delivery
  /** Index of the first line in the delivery. */
  from: number
  lines: EncodedLine[]
  /** Entries of our own to add to the host's log with these lines. */
  notices: NewEntry[]
}

/** How many lines were new; nothing when the host is gone. */
export type PieceResult = { stored: number } | null

export const hostLogTopic = ({ tenantId, hostId }: { tenantId: string; hostId: string }) => ({
  tenantId,
  name: `hostlog:${hostId}`,
})

/** Stores lines of agents, each once: their marks are stored in the same transaction. */
export const logEffect: Effect<LogPiece, PieceResult> = {
  name: 'fleet.log',
  async apply(trx, pieces) {
    const taken = await lockTaken(trx, pieces)
    const outcome = settle(pieces, taken)
    await insertResults(trx, outcome.stored)
    await storeTaken(trx, outcome.changed)
    return outcome
  },
}

type Key = Pick<LogPiece, 'tenantId' | 'hostId' | 'type'>
const keyOf = ({ hostId, type }: Pick<LogPiece, 'hostId' | 'type'>) => `${hostId}/${type}`

interface StoredResult extends ResultRow {
  tenantId: string
  hostId: string
}

/** Keeps pieces of one host in the order in which they arrived. */
function settle(pieces: readonly LogPiece[], taken: Map<string, Taken>) {
  const changed = new Map<string, { piece: Key; taken: Taken }>()
  const stored: StoredResult[] = []
  const results: PieceResult[] = []
  const entries = pieces.map(piece => {
    const before = taken.get(keyOf(piece))
    const { tenantId, hostId, delivery, from, lines, notices } = piece
    const step = before && nextStep(delivery, from, from + lines.length, before)
    results.push(before ? { stored: step?.fresh.length ?? 0 } : null)
    if (!step) return []
    taken.set(keyOf(piece), step.taken)
    changed.set(keyOf(piece), { piece, taken: step.taken })
    const fresh = step.fresh.flatMap(place => lines[place] ?? [])
    for (const { rows } of fresh) for (const row of rows) stored.push({ ...row, tenantId, hostId })
    const logEntries = [...fresh.flatMap(line => line.entries), ...notices]
    return logEntries.length ? [{ topic: hostLogTopic(piece), entries: logEntries }] : []
  })
  return { results, entries, stored, changed: [...changed.values()] }
}

const byKey = (a: Key, b: Key) => (keyOf(a) < keyOf(b) ? -1 : 1)

/** Reads and locks the marks of these hosts in one order; a host that was just deleted has none. */
async function lockTaken(trx: Transaction, pieces: readonly LogPiece[]): Promise<Map<string, Taken>> {
  const keys = [...new Map(pieces.map(piece => [keyOf(piece), piece])).values()].sort(byKey)
  const locked = await lock(trx, keys)
  const missing = keys.filter(key => !locked.has(keyOf(key)))
  if (missing.length === 0) return locked
  await trx.raw(
    `INSERT INTO log_batches (host_id, log_type)
     SELECT h.id, k.type FROM unnest(?::uuid[], ?::uuid[], ?::text[]) AS k(tenant_id, host_id, type)
     JOIN hosts h ON h.tenant_id = k.tenant_id AND h.id = k.host_id ORDER BY h.id, k.type
     ON CONFLICT DO NOTHING`,
    [missing.map(key => key.tenantId), missing.map(key => key.hostId), missing.map(key => key.type)],
  )
  for (const [key, taken] of await lock(trx, missing)) locked.set(key, taken)
  return locked
}

const marksRow = z.object({ host_id: z.string(), log_type: z.enum(['result', 'status']), marks: z.string() })

async function lock(trx: Transaction, keys: readonly Key[]): Promise<Map<string, Taken>> {
  const rows = await manyRows(
    trx,
    marksRow,
    `SELECT b.host_id, b.log_type, b.marks FROM log_batches b
     JOIN unnest(?::uuid[], ?::text[]) AS k(host_id, type) ON b.host_id = k.host_id AND b.log_type = k.type
     ORDER BY b.host_id, b.log_type FOR UPDATE OF b`,
    [keys.map(key => key.hostId), keys.map(key => key.type)],
  )
  return new Map(
    rows.map(({ host_id, log_type, marks }) => [keyOf({ hostId: host_id, type: log_type }), readTaken(marks)]),
  )
}

async function insertResults(trx: Transaction, results: readonly StoredResult[]): Promise<void> {
  if (results.length === 0) return
  await trx.raw(
    `INSERT INTO scheduled_results
       (tenant_id, host_id, name, action, at, epoch, counter, columns, decorations, truncated)
     SELECT tenant_id, host_id, name, action, at, epoch, counter, columns::json, decorations::json, truncated
     FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::text[],
       ?::text[], ?::bool[]) WITH ORDINALITY
       AS r(tenant_id, host_id, name, action, at, epoch, counter, columns, decorations, truncated, no)
     ORDER BY no`,
    [
      results.map(row => row.tenantId),
      results.map(row => row.hostId),
      results.map(row => row.name),
      results.map(row => row.action),
      results.map(row => row.at),
      results.map(row => row.epoch),
      results.map(row => row.counter),
      results.map(row => row.columns),
      // some are null, which the types of knex do not allow
      results.map(row => row.decorations) as string[],
      results.map(row => row.truncated),
    ],
  )
}

async function storeTaken(trx: Transaction, changed: readonly { piece: Key; taken: Taken }[]): Promise<void> {
  if (changed.length === 0) return
  await trx.raw(
    `UPDATE log_batches b SET marks = k.marks FROM unnest(?::uuid[], ?::text[], ?::text[]) AS k(host_id, type, marks)
     WHERE b.host_id = k.host_id AND b.log_type = k.type`,
    [
      changed.map(({ piece }) => piece.hostId),
      changed.map(({ piece }) => piece.type),
      changed.map(({ taken }) => writeTaken(taken)),
    ],
  )
}

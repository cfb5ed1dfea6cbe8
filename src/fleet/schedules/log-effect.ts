import { rows, type Transaction } from '../../base/db'
import type { Effect, NewEntry } from '../../streams'
import type { LogBatch } from '../agent'
import type { EncodedLine, ResultRow } from './encode'
import { type Delivery, nextStep, readTaken, type Taken, writeTaken } from './marks'

/** Some lines of one delivery, one behind the other. */
export interface LogPiece {
  tenantId: string
  hostId: string
  type: LogBatch['type']
  delivery: Delivery
  /** The place of the first line in the delivery. */
  from: number
  lines: EncodedLine[]
  /** What else is to be told with these lines. */
  notices: NewEntry[]
}

/** How many lines were new; nothing when the host is gone. */
export type PieceResult = { stored: number } | null

export const hostLogTopic = ({ tenantId, hostId }: { tenantId: string; hostId: string }) => ({
  tenantId,
  name: `hostlog:${hostId}`,
})

/** Takes lines of agents, each once: the mark of what was taken is in the same transaction. */
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

/** Pieces of one host follow each other in the order in which they came. */
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
    const told = [...fresh.flatMap(line => line.entries), ...notices]
    return told.length ? [{ topic: hostLogTopic(piece), entries: told }] : []
  })
  return { results, entries, stored, changed: [...changed.values()] }
}

const byKey = (a: Key, b: Key) => (keyOf(a) < keyOf(b) ? -1 : 1)

/** The marks of these hosts, locked in one order; a host that has just been removed has none. */
async function lockTaken(trx: Transaction, pieces: readonly LogPiece[]): Promise<Map<string, Taken>> {
  const keys = [...new Map(pieces.map(piece => [keyOf(piece), piece])).values()].sort(byKey)
  const found = await lock(trx, keys)
  const missing = keys.filter(key => !found.has(keyOf(key)))
  if (missing.length === 0) return found
  await rows(
    trx,
    `INSERT INTO log_batches (host_id, log_type)
     SELECT h.id, k.type FROM unnest(?::uuid[], ?::uuid[], ?::text[]) AS k(tenant_id, host_id, type)
     JOIN hosts h ON h.tenant_id = k.tenant_id AND h.id = k.host_id ORDER BY h.id, k.type
     ON CONFLICT DO NOTHING`,
    [missing.map(key => key.tenantId), missing.map(key => key.hostId), missing.map(key => key.type)],
  )
  for (const [key, taken] of await lock(trx, missing)) found.set(key, taken)
  return found
}

async function lock(trx: Transaction, keys: readonly Key[]): Promise<Map<string, Taken>> {
  const found = await rows<{ host_id: string; log_type: LogBatch['type']; marks: string }>(
    trx,
    `SELECT b.host_id, b.log_type, b.marks FROM log_batches b
     JOIN unnest(?::uuid[], ?::text[]) AS k(host_id, type) ON b.host_id = k.host_id AND b.log_type = k.type
     ORDER BY b.host_id, b.log_type FOR UPDATE OF b`,
    [keys.map(key => key.hostId), keys.map(key => key.type)],
  )
  return new Map(
    found.map(({ host_id, log_type, marks }) => [keyOf({ hostId: host_id, type: log_type }), readTaken(marks)]),
  )
}

async function insertResults(trx: Transaction, found: readonly StoredResult[]): Promise<void> {
  if (found.length === 0) return
  await rows(
    trx,
    `INSERT INTO scheduled_results
       (tenant_id, host_id, name, action, at, epoch, counter, columns, decorations, truncated)
     SELECT tenant_id, host_id, name, action, at, epoch, counter, columns::json, decorations::json, truncated
     FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::text[],
       ?::text[], ?::bool[]) WITH ORDINALITY
       AS r(tenant_id, host_id, name, action, at, epoch, counter, columns, decorations, truncated, no)
     ORDER BY no`,
    [
      found.map(row => row.tenantId),
      found.map(row => row.hostId),
      found.map(row => row.name),
      found.map(row => row.action),
      found.map(row => row.at),
      found.map(row => row.epoch),
      found.map(row => row.counter),
      found.map(row => row.columns),
      found.map(row => row.decorations),
      found.map(row => row.truncated),
    ],
  )
}

async function storeTaken(trx: Transaction, changed: readonly { piece: Key; taken: Taken }[]): Promise<void> {
  if (changed.length === 0) return
  await rows(
    trx,
    `UPDATE log_batches b SET marks = k.marks FROM unnest(?::uuid[], ?::text[], ?::text[]) AS k(host_id, type, marks)
     WHERE b.host_id = k.host_id AND b.log_type = k.type`,
    [
      changed.map(({ piece }) => piece.hostId),
      changed.map(({ piece }) => piece.type),
      changed.map(({ taken }) => writeTaken(taken)),
    ],
  )
}

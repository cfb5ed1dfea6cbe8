import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { Effect, NewEntry } from '../../streams'
import type { LogBatch } from '../agent'
import type { EncodedLine, ResultRow } from './encode'
import { type Accepted, type Delivery, decodeAccepted, encodeAccepted, nextStep } from './marks'

/** Consecutive lines of one delivery. */
export interface LogChunk {
  tenantId: string
  hostId: string
  type: LogBatch['type']
  delivery: Delivery
  /** Index of the first line in the delivery. */
  from: number
  lines: EncodedLine[]
  /** Entries of our own to add to the host's log. */
  notices: NewEntry[]
}

/** How many lines were new; null if the host was deleted. */
export type ChunkResult = { stored: number } | null

export const hostLogTopic = ({ tenantId, hostId }: { tenantId: string; hostId: string }) => ({
  tenantId,
  name: `hostlog:${hostId}`,
})

/** Stores the lines of agents, each only once: their marks are stored in the same transaction. */
export const logEffect: Effect<LogChunk, ChunkResult> = {
  name: 'fleet.log',
  async apply(trx, chunks) {
    const accepted = await lockAccepted(trx, chunks)
    const outcome = settle(chunks, accepted)
    await insertResults(trx, outcome.stored)
    await storeAccepted(trx, outcome.changed)
    return outcome
  },
}

type Key = Pick<LogChunk, 'tenantId' | 'hostId' | 'type'>
const keyOf = ({ hostId, type }: Pick<LogChunk, 'hostId' | 'type'>) => `${hostId}/${type}`

interface StoredResult extends ResultRow {
  tenantId: string
  hostId: string
}

/** Handles the chunks of each host in the order in which they arrived. */
function settle(chunks: readonly LogChunk[], accepted: Map<string, Accepted>) {
  const changed = new Map<string, { chunk: Key; accepted: Accepted }>()
  const stored: StoredResult[] = []
  const results: ChunkResult[] = []
  const entries = chunks.map(chunk => {
    const before = accepted.get(keyOf(chunk))
    const { tenantId, hostId, delivery, from, lines, notices } = chunk
    const step = before && nextStep(delivery, from, from + lines.length, before)
    results.push(before ? { stored: step?.fresh.length ?? 0 } : null)
    if (!step) return []
    accepted.set(keyOf(chunk), step.accepted)
    changed.set(keyOf(chunk), { chunk, accepted: step.accepted })
    const fresh = step.fresh.flatMap(index => lines[index] ?? [])
    for (const { rows } of fresh) for (const row of rows) stored.push({ ...row, tenantId, hostId })
    const logEntries = [...fresh.flatMap(line => line.entries), ...notices]
    return logEntries.length ? [{ topic: hostLogTopic(chunk), entries: logEntries }] : []
  })
  return { results, entries, stored, changed: [...changed.values()] }
}

const byKey = (a: Key, b: Key) => (keyOf(a) < keyOf(b) ? -1 : 1)

/** Reads and locks the marks of these hosts, always in the same order. A host that was just deleted has none. */
async function lockAccepted(trx: Transaction, chunks: readonly LogChunk[]): Promise<Map<string, Accepted>> {
  const keys = [...new Map(chunks.map(chunk => [keyOf(chunk), chunk])).values()].sort(byKey)
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
  for (const [key, accepted] of await lock(trx, missing)) locked.set(key, accepted)
  return locked
}

const marksRow = z.object({ host_id: z.string(), log_type: z.enum(['result', 'status']), marks: z.string() })

async function lock(trx: Transaction, keys: readonly Key[]): Promise<Map<string, Accepted>> {
  const rows = await manyRows(
    trx,
    marksRow,
    `SELECT b.host_id, b.log_type, b.marks FROM log_batches b
     JOIN unnest(?::uuid[], ?::text[]) AS k(host_id, type) ON b.host_id = k.host_id AND b.log_type = k.type
     ORDER BY b.host_id, b.log_type FOR UPDATE OF b`,
    [keys.map(key => key.hostId), keys.map(key => key.type)],
  )
  return new Map(
    rows.map(({ host_id, log_type, marks }) => [keyOf({ hostId: host_id, type: log_type }), decodeAccepted(marks)]),
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
      // Some are null, which Knex's types do not allow.
      results.map(row => row.decorations) as string[],
      results.map(row => row.truncated),
    ],
  )
}

async function storeAccepted(trx: Transaction, changed: readonly { chunk: Key; accepted: Accepted }[]): Promise<void> {
  if (changed.length === 0) return
  await trx.raw(
    `UPDATE log_batches b SET marks = k.marks FROM unnest(?::uuid[], ?::text[], ?::text[]) AS k(host_id, type, marks)
     WHERE b.host_id = k.host_id AND b.log_type = k.type`,
    [
      changed.map(({ chunk }) => chunk.hostId),
      changed.map(({ chunk }) => chunk.type),
      changed.map(({ accepted }) => encodeAccepted(accepted)),
    ],
  )
}

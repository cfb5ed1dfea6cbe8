import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { AGENT_COLUMNS, agentShape } from '../agents/agent-store'

const lockedRow = agentShape.extend({ inventory_ms: z.number().nullable() })
export type LockedAgent = z.output<typeof lockedRow>

/** Locks agents, in the order that all use. */
export const lockAgents = (trx: Transaction, ids: readonly string[]): Promise<LockedAgent[]> =>
  manyRows(
    trx,
    lockedRow,
    `SELECT ${AGENT_COLUMNS}, a.inventory_ms FROM agents a WHERE a.id = ANY(?::uuid[]) ORDER BY a.id FOR NO KEY UPDATE`,
    [[...ids]],
  )

/** How much of a segment is stored: all records up to a number. */
export interface Cursor {
  agentId: string
  segment: string
  seq: number
}

const cursorRow = z.object({ agent_id: z.string(), segment: z.string(), seq: z.number() })

export async function readCursors(trx: Transaction, wanted: readonly Omit<Cursor, 'seq'>[]): Promise<Cursor[]> {
  const rows = await manyRows(
    trx,
    cursorRow,
    `SELECT s.agent_id, s.segment, s.seq FROM agent_segments s
     JOIN unnest(:agents::uuid[], :segments::uuid[]) AS k(agent_id, segment)
       ON s.agent_id = k.agent_id AND s.segment = k.segment`,
    { agents: wanted.map(({ agentId }) => agentId), segments: wanted.map(({ segment }) => segment) },
  )
  return rows.map(({ agent_id, segment, seq }) => ({ agentId: agent_id, segment, seq }))
}

export async function storeCursors(trx: Transaction, cursors: readonly Cursor[]): Promise<void> {
  await trx.raw(
    `INSERT INTO agent_segments (agent_id, segment, seq)
     SELECT * FROM unnest(:agents::uuid[], :segments::uuid[], :seqs::bigint[]) AS k(agent_id, segment, seq) ORDER BY 1, 2
     ON CONFLICT (agent_id, segment) DO UPDATE SET seq = excluded.seq, updated_at = now()`,
    {
      agents: cursors.map(({ agentId }) => agentId),
      segments: cursors.map(({ segment }) => segment),
      seqs: cursors.map(({ seq }) => seq),
    },
  )
}

/** Stores the time of the newest inventory of agents. */
export async function storeInventoryTimes(trx: Transaction, times: ReadonlyMap<string, number>): Promise<void> {
  if (!times.size) return
  await trx.raw(
    `UPDATE agents a SET inventory_ms = t.ms FROM unnest(:ids::uuid[], :times::bigint[]) AS t(id, ms) WHERE a.id = t.id`,
    { ids: [...times.keys()], times: [...times.values()] },
  )
}

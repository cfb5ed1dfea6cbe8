import { type Db, likePattern, type Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { agentFacts } from '../../contract/agent-protocol'
import { agentStatus } from '../../contract/agents'

/** An agent of a tenant. */
export interface AgentRef {
  tenantId: string
  id: string
}

const agentRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  status: agentStatus,
  facts: agentFacts,
  capabilities: z.array(z.string()),
  epoch: z.number(),
  enrolled_at: z.date(),
  connected_at: z.date().nullable(),
  last_seen_at: z.date().nullable(),
  clock_offset_ms: z.number().nullable(),
  backlog: z.number(),
})
/** An agent as events and connections need it. */
export type AgentRow = z.output<typeof agentRow>

export const AGENT_COLUMNS = Object.keys(agentRow.shape)
  .map(name => `a.${name}`)
  .join(', ')
export const agentShape = agentRow

const listedRow = agentRow.extend({ containers: z.number(), running: z.number() })
export type ListedAgent = z.output<typeof listedRow>

const LISTED = `${AGENT_COLUMNS},
  (SELECT count(*) FROM containers c WHERE c.agent_id = a.id AND c.state <> 'gone') AS containers,
  (SELECT count(*) FROM containers c WHERE c.agent_id = a.id AND c.state = 'running') AS running`

export interface AgentFilter {
  status?: readonly string[] | undefined
  q?: string | undefined
  hardware_uuid?: string | undefined
}

function conditionsOf(tenantId: string, { q, hardware_uuid }: AgentFilter) {
  const conditions = ['a.tenant_id = :tenantId']
  if (q !== undefined) conditions.push("(a.name ILIKE :like OR a.hostname ILIKE :like OR a.facts->>'os' ILIKE :like)")
  if (hardware_uuid !== undefined) conditions.push('lower(a.hardware_uuid) = lower(:hardware)')
  const bindings = { tenantId, like: likePattern(q ?? ''), hardware: hardware_uuid ?? '' }
  return { where: conditions.join(' AND '), bindings }
}

/** By name. */
export function listAgents(
  db: Db,
  tenantId: string,
  filter: AgentFilter,
  { after, limit }: { after: readonly [name: string, id: string] | undefined; limit: number },
): Promise<ListedAgent[]> {
  const { where, bindings } = conditionsOf(tenantId, filter)
  const statuses = filter.status ? 'AND a.status = ANY(:statuses::text[])' : ''
  const beyond = after ? 'AND (a.name, a.id) > (:afterName, CAST(:afterId AS uuid))' : ''
  return manyRows(
    db,
    listedRow,
    `SELECT ${LISTED} FROM agents a WHERE ${where} ${statuses} ${beyond} ORDER BY a.name, a.id LIMIT :limit`,
    { ...bindings, statuses: filter.status ?? [], afterName: after?.[0] ?? '', afterId: after?.[1] ?? '', limit },
  )
}

const statusCount = z.object({ status: agentStatus, count: z.number() })

export function countAgents(db: Db, tenantId: string, filter: AgentFilter) {
  const { where, bindings } = conditionsOf(tenantId, filter)
  return manyRows(
    db,
    statusCount,
    `SELECT a.status, count(*) AS count FROM agents a WHERE ${where} GROUP BY a.status`,
    bindings,
  )
}

/** Of all tenants. */
export const countAllAgents = (db: Db) =>
  manyRows(db, statusCount, 'SELECT status, count(*) AS count FROM agents GROUP BY status')

export const findAgent = (db: Db, { tenantId, id }: AgentRef): Promise<ListedAgent | undefined> =>
  firstRow(db, listedRow, `SELECT ${LISTED} FROM agents a WHERE a.tenant_id = ? AND a.id = ?`, [tenantId, id])

const provingRow = z.object({ id: z.string(), tenant_id: z.string(), name: z.string(), public_key: z.string() })
export type ProvingAgent = z.output<typeof provingRow>

/** Who an agent says it is, with the key that must prove it. Its tenant is not known yet. */
export const findProving = (db: Db, id: string): Promise<ProvingAgent | undefined> =>
  firstRow(db, provingRow, 'SELECT id, tenant_id, name, public_key FROM agents WHERE id = ?', [id])

export interface NewAgent {
  id: string
  tenantId: string
  tokenId: string
  name: string
  publicKey: string
  facts: z.output<typeof agentFacts>
}

export async function insertAgent(trx: Transaction, { facts, ...agent }: NewAgent): Promise<void> {
  await trx.raw(
    `INSERT INTO agents (id, tenant_id, token_id, name, public_key, facts, hostname, hardware_uuid)
     VALUES (:id, :tenantId, :tokenId, :name, :publicKey, :facts, :hostname, :hardware)`,
    { ...agent, facts: JSON.stringify(facts), hostname: facts.hostname, hardware: facts.hardware_uuid },
  )
}

/** @returns whether there is such an agent */
export async function renameAgent(trx: Transaction, { tenantId, id }: AgentRef, name: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    'UPDATE agents SET name = :name WHERE tenant_id = :tenantId AND id = :id',
    { tenantId, id, name },
  )
  return rowCount > 0
}

/** Deletes an agent and what belongs to it. @returns what it was */
export const deleteAgent = (trx: Transaction, { tenantId, id }: AgentRef): Promise<AgentRow | undefined> =>
  firstRow(trx, agentRow, `DELETE FROM agents a WHERE a.tenant_id = ? AND a.id = ? RETURNING ${AGENT_COLUMNS}`, [
    tenantId,
    id,
  ])

const refRow = z.object({ tenant_id: z.string(), id: z.string() })

/** Those that exist. */
export const existingAgents = (db: Db, refs: readonly AgentRef[]) =>
  manyRows(
    db,
    refRow,
    `SELECT a.tenant_id, a.id FROM agents a
     JOIN unnest(:tenants::uuid[], :ids::uuid[]) AS k(tenant_id, id) ON a.tenant_id = k.tenant_id AND a.id = k.id`,
    { tenants: refs.map(({ tenantId }) => tenantId), ids: refs.map(({ id }) => id) },
  )

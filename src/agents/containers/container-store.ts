import { type Db, likePattern } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { agentStatus } from '../../contract/agents'
import { containerState } from '../../contract/containers'
import { CONTAINER_COLUMNS, containerShape } from './container-rows'

export interface ContainerRef {
  tenantId: string
  id: string
}

const listedRow = containerShape.extend({
  agent_name: z.string(),
  agent_status: agentStatus,
  capabilities: z.array(z.string()),
})
/** A container with what is known of its agent. */
export type ListedContainer = z.output<typeof listedRow>

const LISTED = `${CONTAINER_COLUMNS}, a.name AS agent_name, a.status AS agent_status, a.capabilities`
const FROM = 'FROM containers c JOIN agents a ON a.id = c.agent_id'

export interface ContainerFilter {
  agent?: readonly string[] | undefined
  /** Without it: all that are not gone. */
  status?: readonly string[] | undefined
  q?: string | undefined
  image?: string | undefined
  /** Each with a value, or only a name. */
  labels: readonly { name: string; value: string | undefined }[]
}

function conditionsOf(tenantId: string, { agent, q, image, labels }: ContainerFilter) {
  const conditions = ['c.tenant_id = :tenantId']
  if (agent) conditions.push('c.agent_id = ANY(:agents::uuid[])')
  if (q !== undefined) conditions.push('(c.name ILIKE :like OR c.image ILIKE :like)')
  if (image !== undefined) conditions.push('c.image = :image')
  const exact = labels.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))
  const names = labels.flatMap(({ name, value }) => (value === undefined ? [name] : []))
  if (exact.length) conditions.push('c.labels @> CAST(:labels AS jsonb)')
  if (names.length) conditions.push('jsonb_exists_all(c.labels, :labelNames::text[])')
  const bindings = {
    ...{ tenantId, agents: [...(agent ?? [])], like: likePattern(q ?? ''), image: image ?? '' },
    ...{ labels: JSON.stringify(Object.fromEntries(exact)), labelNames: names },
  }
  return { where: conditions.join(' AND '), bindings }
}

/** By name. */
export function listContainers(
  db: Db,
  tenantId: string,
  filter: ContainerFilter,
  { after, limit }: { after: readonly [name: string, id: string] | undefined; limit: number },
): Promise<ListedContainer[]> {
  const { where, bindings } = conditionsOf(tenantId, filter)
  const states = filter.status ? 'AND c.state = ANY(:states::text[])' : "AND c.state <> 'gone'"
  const beyond = after ? 'AND (c.name, c.id) > (:afterName, CAST(:afterId AS uuid))' : ''
  return manyRows(
    db,
    listedRow,
    `SELECT ${LISTED} ${FROM} WHERE ${where} ${states} ${beyond} ORDER BY c.name, c.id LIMIT :limit`,
    {
      ...{ ...bindings, states: [...(filter.status ?? [])], limit },
      ...{ afterName: after?.[0] ?? '', afterId: after?.[1] ?? '' },
    },
  )
}

const stateCount = z.object({ state: containerState, count: z.number() })

export function countContainers(db: Db, tenantId: string, filter: ContainerFilter) {
  const { where, bindings } = conditionsOf(tenantId, filter)
  return manyRows(db, stateCount, `SELECT c.state, count(*) AS count ${FROM} WHERE ${where} GROUP BY c.state`, bindings)
}

export const findContainer = (db: Db, { tenantId, id }: ContainerRef): Promise<ListedContainer | undefined> =>
  firstRow(db, listedRow, `SELECT ${LISTED} ${FROM} WHERE c.tenant_id = ? AND c.id = ?`, [tenantId, id])

const generationRow = z.object({
  engine_id: z.string(),
  image: z.string(),
  image_id: z.string(),
  created_at: z.date(),
  first_seen_at: z.date(),
  gone_at: z.date().nullable(),
  exit_code: z.number().nullable(),
})
const GENERATIONS_MAX = 100

/** Newest first. */
export const generationsOf = (db: Db, { tenantId, id }: ContainerRef) =>
  manyRows(
    db,
    generationRow,
    `SELECT ${Object.keys(generationRow.shape)
      .map(name => `g.${name}`)
      .join(', ')}
     FROM container_generations g JOIN containers c ON c.id = g.container_id
     WHERE c.tenant_id = :tenantId AND c.id = :id ORDER BY g.created_at DESC, g.engine_id LIMIT :limit`,
    { tenantId, id, limit: GENERATIONS_MAX },
  )

const refRow = z.object({ tenant_id: z.string(), id: z.string() })

/** Those that exist. */
export const existingContainers = (db: Db, refs: readonly ContainerRef[]) =>
  manyRows(
    db,
    refRow,
    `SELECT c.tenant_id, c.id FROM containers c
     JOIN unnest(:tenants::uuid[], :ids::uuid[]) AS k(tenant_id, id) ON c.tenant_id = k.tenant_id AND c.id = k.id`,
    { tenants: refs.map(({ tenantId }) => tenantId), ids: refs.map(({ id }) => id) },
  )

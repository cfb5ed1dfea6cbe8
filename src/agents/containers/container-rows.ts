import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { containerHealth, containerState } from '../../contract/containers'

export const containerShape = z.object({
  id: z.string(),
  tenant_id: z.string(),
  agent_id: z.string(),
  name: z.string(),
  engine_id: z.string(),
  image: z.string(),
  image_id: z.string(),
  labels: z.record(z.string(), z.string()),
  state: containerState,
  state_since: z.date(),
  health: containerHealth,
  health_since: z.date(),
  exit_code: z.number().nullable(),
  restarts: z.number(),
  created_at: z.date(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  protected: z.boolean(),
  own: z.boolean(),
  first_seen_at: z.date(),
})
export type ContainerRow = z.output<typeof containerShape>

const NAMES = Object.keys(containerShape.shape)
export const CONTAINER_COLUMNS = NAMES.map(name => `c.${name}`).join(', ')
const RECORD = `id uuid, tenant_id uuid, agent_id uuid, name text, engine_id text, image text, image_id text, labels jsonb,
  state text, state_since timestamptz, health text, health_since timestamptz, exit_code bigint, restarts integer,
  created_at timestamptz, started_at timestamptz, finished_at timestamptz, protected boolean, own boolean,
  first_seen_at timestamptz`
const CHANGING = NAMES.filter(name => !['id', 'tenant_id', 'agent_id', 'name', 'first_seen_at'].includes(name))

/** The containers of an agent. */
export const containersOf = (db: Db, agentId: string): Promise<ContainerRow[]> =>
  manyRows(db, containerShape, `SELECT ${CONTAINER_COLUMNS} FROM containers c WHERE c.agent_id = ? ORDER BY c.id`, [
    agentId,
  ])

/** Stores containers as they are now, whether they are new or not. Their agents must be locked. */
export async function storeContainers(trx: Transaction, rows: readonly ContainerRow[]): Promise<void> {
  if (!rows.length) return
  await trx.raw(
    `INSERT INTO containers (${NAMES.join(', ')})
     SELECT ${NAMES.join(', ')} FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(${RECORD}) ORDER BY id
     ON CONFLICT (id) DO UPDATE SET ${CHANGING.map(name => `${name} = excluded.${name}`).join(', ')}`,
    { rows: JSON.stringify(rows) },
  )
}

/** One container that an engine has or had under a name. */
export interface NewGeneration {
  container_id: string
  engine_id: string
  image: string
  image_id: string
  created_at: Date
  /** Null while it is there. */
  gone_at: Date | null
  exit_code: number | null
}

/** Stores generations as they are now. */
export async function storeGenerations(trx: Transaction, generations: readonly NewGeneration[]): Promise<void> {
  if (!generations.length) return
  const last = new Map(generations.map(each => [`${each.container_id}/${each.engine_id}`, each]))
  await trx.raw(
    `INSERT INTO container_generations (container_id, engine_id, image, image_id, created_at, gone_at, exit_code)
     SELECT container_id, engine_id, image, image_id, created_at, gone_at, exit_code
     FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(container_id uuid, engine_id text, image text, image_id text,
       created_at timestamptz, gone_at timestamptz, exit_code bigint) ORDER BY container_id, engine_id
     ON CONFLICT (container_id, engine_id) DO UPDATE SET gone_at = excluded.gone_at, exit_code = excluded.exit_code`,
    { rows: JSON.stringify([...last.values()]) },
  )
}

export interface Start {
  containerId: string
  at: Date
}

export async function storeStarts(trx: Transaction, starts: readonly Start[]): Promise<void> {
  if (!starts.length) return
  await trx.raw(
    `INSERT INTO container_starts (container_id, at)
     SELECT * FROM unnest(:ids::uuid[], :times::timestamptz[]) AS s(id, at) ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
    { ids: starts.map(({ containerId }) => containerId), times: starts.map(({ at }) => at) },
  )
}

import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

/** What a tenant has set for a rule. */
export interface Watch {
  tenantId: string
  seconds: number
  threshold: number
}

const WATCHES =
  'unnest(:tenants::uuid[], :seconds::integer[], :thresholds::float8[]) AS w(tenant_id, seconds, threshold)'
const bindingsOf = (watches: readonly Watch[]) => ({
  tenants: watches.map(({ tenantId }) => tenantId),
  seconds: watches.map(({ seconds }) => seconds),
  thresholds: watches.map(({ threshold }) => threshold),
})
/** A few more than may raise alerts, so that it is seen when there are too many. */
const FOUND_MAX = 1_000

const agentCase = z.object({ tenant_id: z.string(), agent_id: z.string(), agent_name: z.string(), value: z.number() })
export type AgentCase = z.output<typeof agentCase>
const AGENT = 'a.tenant_id, a.id AS agent_id, a.name AS agent_name'

/** Agents that have been away for so long; `value`: seconds. */
export const findGone = (db: Db, watches: readonly Watch[]): Promise<AgentCase[]> =>
  manyRows(
    db,
    agentCase,
    `SELECT ${AGENT}, extract(epoch FROM now() - a.disconnected_at)::float8 AS value
     FROM ${WATCHES} JOIN agents a ON a.tenant_id = w.tenant_id AND a.status = 'offline'
       AND a.disconnected_at < now() - w.seconds * interval '1 s' ORDER BY a.id LIMIT ${FOUND_MAX}`,
    bindingsOf(watches),
  )

/** Agents whose connections have replaced each other so often; `value`: times. */
export const findShared = (db: Db, watches: readonly Watch[]): Promise<AgentCase[]> =>
  manyRows(
    db,
    agentCase,
    `SELECT ${AGENT}, a.replaced::float8 AS value
     FROM ${WATCHES} JOIN agents a ON a.tenant_id = w.tenant_id AND a.replaced >= w.threshold
       AND a.replaced_at > now() - w.seconds * interval '1 s' ORDER BY a.id LIMIT ${FOUND_MAX}`,
    bindingsOf(watches),
  )

const containerCase = agentCase.extend({ container_id: z.string(), container: z.string(), image: z.string() })
export type ContainerCase = z.output<typeof containerCase>
const CONTAINER = `${AGENT}, c.id AS container_id, c.name AS container, c.image`
/** While an agent is away, nothing is known of its containers. */
const CONTAINERS = `${WATCHES} JOIN containers c ON c.tenant_id = w.tenant_id
  JOIN agents a ON a.id = c.agent_id AND a.status = 'online'`

/**
 * Containers that ended with an error so long ago; `value`: the exit code. 143 is a container that obeyed when it was told to
 * stop (128 and SIGTERM); one that was stopped here may have been killed.
 */
export const findDown = (db: Db, watches: readonly Watch[]): Promise<ContainerCase[]> =>
  manyRows(
    db,
    containerCase,
    `SELECT ${CONTAINER}, coalesce(c.exit_code, -1)::float8 AS value FROM ${CONTAINERS}
     WHERE c.state IN ('exited', 'dead') AND (c.state = 'dead' OR c.exit_code NOT IN (0, 143))
       AND c.state_since < now() - w.seconds * interval '1 s'
       AND NOT EXISTS (SELECT 1 FROM agent_commands m WHERE m.container_id = c.id AND m.action = 'stop'
         AND m.status = 'succeeded' AND m.created_at > coalesce(c.started_at, c.created_at))
     ORDER BY c.id LIMIT ${FOUND_MAX}`,
    bindingsOf(watches),
  )

/** Containers that have started so often within the time; `value`: times. */
export const findRestarting = (db: Db, watches: readonly Watch[]): Promise<ContainerCase[]> =>
  manyRows(
    db,
    containerCase,
    `SELECT ${CONTAINER}, count(*)::float8 AS value FROM ${CONTAINERS}
     JOIN container_starts s ON s.container_id = c.id AND s.at > now() - w.seconds * interval '1 s'
     WHERE c.state <> 'gone' GROUP BY a.id, c.id, w.threshold HAVING count(*) >= w.threshold
     ORDER BY c.id LIMIT ${FOUND_MAX}`,
    bindingsOf(watches),
  )

/** Containers whose health check has failed for so long; `value`: seconds. */
export const findUnhealthy = (db: Db, watches: readonly Watch[]): Promise<ContainerCase[]> =>
  manyRows(
    db,
    containerCase,
    `SELECT ${CONTAINER}, extract(epoch FROM now() - c.health_since)::float8 AS value FROM ${CONTAINERS}
     WHERE c.health = 'unhealthy' AND c.state = 'running' AND c.health_since < now() - w.seconds * interval '1 s'
     ORDER BY c.id LIMIT ${FOUND_MAX}`,
    bindingsOf(watches),
  )

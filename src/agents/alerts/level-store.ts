import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import type { AgentCase, ContainerCase, Watch } from './condition-store'

/** What was used at least, all through a minute, in percent of what there is. */
const LEVELS = {
  host_cpu: 'm.cpu_min',
  host_memory: '100 * m.memory_min / nullif(m.memory_total_max, 0)',
  host_disk: '100 * m.disk_min / nullif(m.disk_total_max, 0)',
  container_cpu: "m.cpu_min / greatest((a.facts->>'cpus')::float8, 1)",
  container_memory: "100 * m.memory_min / coalesce(nullif(m.memory_limit_max, 0), (a.facts->>'memory')::float8)",
} as const
export type HostLevel = 'host_cpu' | 'host_memory' | 'host_disk'
export type ContainerLevel = 'container_cpu' | 'container_memory'

const WATCHES =
  'unnest(:tenants::uuid[], :seconds::integer[], :thresholds::float8[]) AS w(tenant_id, seconds, threshold)'
/** Minutes that have been summed up. Each of the time must be there: an agent that was away has none. */
const MINUTES = `JOIN agent_rollups r ON r.grain = 'minute'
  JOIN agent_minutes m ON m.subject = s.id AND m.at < r.done_until AND m.at >= r.done_until - w.seconds * interval '1 s'`
const holds = (level: keyof typeof LEVELS) =>
  `HAVING count(*) >= greatest(w.seconds / 60, 1) AND min(${LEVELS[level]}) >= w.threshold`
const FOUND_MAX = 1_000

const bindingsOf = (watches: readonly Watch[]) => ({
  tenants: watches.map(({ tenantId }) => tenantId),
  seconds: watches.map(({ seconds }) => seconds),
  thresholds: watches.map(({ threshold }) => threshold),
})

const agentCase = z.object({ tenant_id: z.string(), agent_id: z.string(), agent_name: z.string(), value: z.number() })

/** Machines that have used so much all the time; `value`: the least of it, in percent. */
export const findHostsAbove = (db: Db, level: HostLevel, watches: readonly Watch[]): Promise<AgentCase[]> =>
  manyRows(
    db,
    agentCase,
    `SELECT a.tenant_id, a.id AS agent_id, a.name AS agent_name, min(${LEVELS[level]})::float8 AS value
     FROM ${WATCHES} JOIN agents a ON a.tenant_id = w.tenant_id AND a.status = 'online'
     JOIN agent_subjects s ON s.subject_id = a.id ${MINUTES}
     GROUP BY a.id, w.seconds, w.threshold ${holds(level)} ORDER BY a.id LIMIT ${FOUND_MAX}`,
    bindingsOf(watches),
  )

const containerCase = agentCase.extend({ container_id: z.string(), container: z.string(), image: z.string() })

/** The same for containers. */
export const findContainersAbove = (
  db: Db,
  level: ContainerLevel,
  watches: readonly Watch[],
): Promise<ContainerCase[]> =>
  manyRows(
    db,
    containerCase,
    `SELECT a.tenant_id, a.id AS agent_id, a.name AS agent_name, c.id AS container_id, c.name AS container, c.image,
       min(${LEVELS[level]})::float8 AS value
     FROM ${WATCHES} JOIN agents a ON a.tenant_id = w.tenant_id AND a.status = 'online'
     JOIN containers c ON c.agent_id = a.id AND c.state = 'running'
     JOIN agent_subjects s ON s.subject_id = c.id ${MINUTES}
     GROUP BY a.id, c.id, w.seconds, w.threshold ${holds(level)} ORDER BY c.id LIMIT ${FOUND_MAX}`,
    bindingsOf(watches),
  )

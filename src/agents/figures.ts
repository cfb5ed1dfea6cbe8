import type { Db } from '../base/db'
import { Counter, Gauge, type Registry } from '../base/metrics'
import { ignoreOutage } from '../base/outage'
import { AGENT_STATUSES } from '../contract/values'
import { countAllAgents } from './agents/agent-store'

const COUNT_MS = 10_000

/** Metrics of agents for Prometheus. */
export function agentFigures({ db, metrics }: { db: Db; metrics: Registry }) {
  const registers = [metrics]
  let countedAt = Number.NEGATIVE_INFINITY
  let counting: ReturnType<typeof countAllAgents> = Promise.resolve([])
  new Gauge({
    name: 'tailrace_agents',
    help: 'Agents of all tenants by status. Read from the database, so the same in every process.',
    labelNames: ['status'],
    registers,
    async collect() {
      this.reset()
      if (performance.now() - countedAt > COUNT_MS) {
        countedAt = performance.now()
        counting = countAllAgents(db)
      }
      const found = await counting.catch(ignoreOutage) // no value is better than an outdated one
      if (!found) return
      for (const status of AGENT_STATUSES) this.set({ status }, found.find(each => each.status === status)?.count ?? 0)
    },
  })
  const connections = new Counter({
    name: 'tailrace_agent_connections_total',
    help: 'Connections of agents to this process, by what became of them.',
    labelNames: ['outcome'],
    registers,
  })
  const records = new Counter({
    name: 'tailrace_agent_records_total',
    help: 'Records of agents. `repeated`: stored before, and sent again after a connection was lost.',
    labelNames: ['outcome'],
    registers,
  })
  const dropped = new Counter({
    name: 'tailrace_agent_samples_dropped_total',
    help: 'Samples of agents that could not be stored: their hour is not kept any more, or lies in the future.',
    registers,
  })
  for (const outcome of ['opened', 'refused', 'closed', 'lost']) connections.inc({ outcome }, 0)
  for (const outcome of ['stored', 'repeated']) records.inc({ outcome }, 0)
  return {
    connection: (outcome: 'opened' | 'refused' | 'closed' | 'lost') => connections.inc({ outcome }),
    stored: ({ records: count, repeated, ...rest }: { records: number; repeated: number; dropped: number }) => {
      records.inc({ outcome: 'stored' }, count - repeated)
      records.inc({ outcome: 'repeated' }, repeated)
      dropped.inc(rest.dropped)
    },
  }
}

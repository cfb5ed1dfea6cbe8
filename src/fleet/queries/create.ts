import type { Audit } from '../../access'
import { type Endpoint, endpoint } from '../../api'
import type { Db } from '../../base/db'
import { isUuid } from '../../base/ids'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { Counter, Gauge, type Registry } from '../../base/metrics'
import type { RetentionTarget } from '../../base/retention'
import { streamRoutes } from '../../contract/streams'
import type { Jobs } from '../../jobs'
import type { Family, Streams, TopicServer } from '../../streams'
import type { Agent, Answer, Work } from '../agent'
import type { FileOrders } from '../file-orders'
import { Answers } from './answers'
import { Dispatch } from './dispatch'
import { hostResultsRoute } from './host-results-routes'
import { QueryKeeper } from './keeper'
import { findOrderByGuid, findRecentOrders } from './orders-store'
import { Queries } from './queries'
import { resultRoutes } from './results-routes'
import { queryRetention } from './retention'
import { queryRoutes } from './routes'
import { Signals } from './signals'
import { existingQueries } from './store'

export interface QueriesDeps {
  db: Db
  streams: Streams
  log: Log
  metrics: Registry
  jobs: Jobs
  audit: Audit
  settings: { holdMs: number; heartbeatMs: number }
  standing(agent: Agent): Record<string, string> | undefined
}

export interface QueriesPart {
  queries: Queries
  /** What every process needs; then what a process needs that agents come to. */
  parts: { always: Part[]; agents: Part[] }
  family: Family
  retention: RetentionTarget[]
  endpoints(topics: TopicServer): Endpoint[]
  read(agent: Agent, leave: AbortSignal): Promise<Work>
  /** There may be something to ask these hosts. */
  wake(hostIds: readonly string[]): void
  /** Answers all reads that are held: the process is to stop. */
  release(): void
  take(agent: Agent, answers: readonly Answer[]): Promise<void>
  /** What a host was asked for files with. */
  orders: FileOrders
}

/** Live queries: what hosts are asked, what they answer, and who watches. */
export function createQueries({
  db,
  streams,
  log,
  metrics,
  jobs,
  audit,
  settings,
  standing,
}: QueriesDeps): QueriesPart {
  const { bus } = streams
  const signals = new Signals(bus)
  const queries = new Queries({ db, streams, bus, signals })
  const dispatch = new Dispatch({ db, streams, bus, log, signals, standing, holdMs: settings.holdMs })
  const answered = new Counter({
    name: 'tailrace_query_results_total',
    help: 'Answers of hosts to live queries; `repeated` were delivered before, `refused` were not asked of that host.',
    labelNames: ['status'],
    registers: [metrics],
  })
  answered.inc({ status: 'refused' }, 0) // an alert sees the first one only when there was a none before
  new Gauge({
    name: 'tailrace_held_reads',
    help: 'Agents that wait here for something to do.',
    registers: [metrics],
    collect() {
      this.set(dispatch.held.count)
    },
  })
  const answers = new Answers({ db, streams, log, signals, onAnswer: status => answered.inc({ status }) })
  return {
    queries,
    parts: { always: [signals, new QueryKeeper({ db, log, queries, jobs })], agents: [dispatch] },
    family: familyOf(db, settings.heartbeatMs),
    retention: queryRetention(db),
    endpoints: topics => [
      ...queryRoutes({ db, queries, jobs, audit }),
      ...resultRoutes({ db, queries }),
      hostResultsRoute({ db, topics }),
      endpoint(streamRoutes.query, call => topics.stream(call, `query:${call.params.id}`)),
    ],
    read: (agent, leave) => dispatch.read(agent, leave),
    wake: hostIds => dispatch.held.mark(hostIds),
    release: () => dispatch.held.release(),
    take: (agent, given) => answers.take(agent, given),
    orders: { byGuid: findOrderByGuid, recent: findRecentOrders },
  }
}

const PREFIX = 'query:'
const familyOf = (db: Db, heartbeatMs: number): Family => {
  const known = async (topics: readonly { tenantId: string; name: string }[]) => {
    const refs = topics.map(({ tenantId, name }) => ({ tenantId, id: name.slice(PREFIX.length) }))
    return existingQueries(
      db,
      refs.filter(({ id }) => isUuid(id)),
    )
  }
  return {
    prefix: 'query',
    heartbeatMs,
    exists: async topic => (await known([topic])).size > 0,
    async gone(topics) {
      const there = await known(topics)
      return topics.filter(({ name }) => !there.has(name.slice(PREFIX.length)))
    },
    stateEvent: 'status',
    supersededKinds: ['status'],
  }
}

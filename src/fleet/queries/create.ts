import type { Audit } from '../../access'
import { type Endpoint, endpoint } from '../../api'
import type { Db } from '../../base/db'
import { isUuid } from '../../base/ids'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { Counter, Gauge, type Registry } from '../../base/metrics'
import type { RetentionTarget } from '../../base/retention'
import { queryTopicEvents } from '../../contract/events'
import { streamRoutes } from '../../contract/streams'
import type { Jobs } from '../../jobs'
import type { Family, Streams, TopicServer } from '../../streams'
import type { Agent, Answer, Work } from '../agent'
import type { CarveQueries } from '../carve-queries'
import { Answers } from './answers'
import { findCarveQuery, findRecentCarveQueries } from './carve-query-store'
import { Dispatcher } from './dispatcher'
import { hostResultsRoute } from './host-result-routes'
import { QueryNotifier } from './notifier'
import { Queries } from './queries'
import { queryRoutes } from './query-routes'
import { existingQueries } from './query-store'
import { QueryReaper } from './reaper'
import { resultRoutes } from './result-routes'
import { queryRetention } from './retention'

export interface QueriesDeps {
  db: Db
  streams: Streams
  log: Log
  metrics: Registry
  jobs: Jobs
  audit: Audit
  settings: { holdMs: number; heartbeatMs: number }
  /** Background queries that are due, by id, without a database query. */
  backgroundQueries(agent: Agent): Record<string, string> | undefined
}

export interface QueriesPart {
  queries: Queries
  /** Parts for every process, and parts for processes that serve agents. */
  parts: { always: Part[]; agents: Part[] }
  family: Family
  retention: RetentionTarget[]
  endpoints(topics: TopicServer): Endpoint[]
  read(agent: Agent, signal: AbortSignal): Promise<Work>
  /** These hosts may have a query to run. */
  wake(hostIds: readonly string[]): void
  /** Ends all held reads, because the process stops. */
  release(): void
  take(agent: Agent, answers: readonly Answer[]): Promise<void>
  carveQueries: CarveQueries
}

/** Live queries: their dispatch to hosts, their answers, and their routes and streams. */
export function createQueries({
  db,
  streams,
  log,
  metrics,
  jobs,
  audit,
  settings,
  backgroundQueries,
}: QueriesDeps): QueriesPart {
  const { bus } = streams
  const notifier = new QueryNotifier(bus)
  const queries = new Queries({ db, streams, bus, notifier })
  const dispatch = new Dispatcher({ db, streams, bus, log, notifier, backgroundQueries, holdMs: settings.holdMs })
  const answered = new Counter({
    name: 'tailrace_query_results_total',
    help: 'Answers of hosts to live queries. `repeated`: delivered before. `refused`: to queries for other hosts.',
    labelNames: ['status'],
    registers: [metrics],
  })
  answered.inc({ status: 'refused' }, 0) // otherwise a rate would miss the first one
  new Gauge({
    name: 'tailrace_held_reads',
    help: 'Agent reads that are held until there is work.',
    registers: [metrics],
    collect() {
      this.set(dispatch.held.count)
    },
  })
  const answers = new Answers({ db, streams, log, notifier, onAnswer: status => answered.inc({ status }) })
  return {
    queries,
    parts: { always: [notifier, new QueryReaper({ db, log, queries, jobs })], agents: [dispatch] },
    family: familyOf(db, settings.heartbeatMs),
    retention: queryRetention(db),
    endpoints: topics => [
      ...queryRoutes({ db, queries, jobs, audit }),
      ...resultRoutes({ db, queries }),
      hostResultsRoute({ db, topics }),
      endpoint(streamRoutes.query, call => topics.stream(call, `query:${call.params.id}`)),
    ],
    read: (agent, signal) => dispatch.read(agent, signal),
    wake: hostIds => dispatch.held.mark(hostIds),
    release: () => dispatch.held.release(),
    take: (agent, given) => answers.take(agent, given),
    carveQueries: { byGuid: findCarveQuery, recent: findRecentCarveQueries },
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
    kinds: queryTopicEvents,
    exists: async topic => (await known([topic])).size > 0,
    async gone(topics) {
      const there = await known(topics)
      return topics.filter(({ name }) => !there.has(name.slice(PREFIX.length)))
    },
    stateEvent: 'status',
    supersededKinds: ['status'],
  }
}

import type { Audit } from '../access'
import type { Condition } from '../alerts'
import type { Endpoint } from '../api'
import type { Db } from '../base/db'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import type { RetentionTarget } from '../base/retention'
import type { Jobs, StatsSource } from '../jobs'
import type { Family, Streams, TopicServer } from '../streams'
import type { Agent, AgentApi, Answer } from './agent'
import { createCarves } from './carves'
import { createHosts, missingHosts } from './hosts'
import { type OsqueryMount, osqueryMount } from './osquery'
import { createQueries, type Queries } from './queries'
import { createSchedules } from './schedules'
import { fleetStats } from './stats'

export interface FleetDeps {
  db: Db
  streams: Streams
  log: Log
  metrics: Registry
  jobs: Jobs
  audit: Audit
  settings: {
    /** How long an agent's read is held while there is no query for it, in ms; 0: not at all. */
    holdMs: number
    heartbeatMs: number
    publicUrl: string | undefined
    ownCertificate: string | undefined
  }
}

export interface Fleet {
  queries: Queries
  families: Family[]
  retention: RetentionTarget[]
  /** The fleet's part of `stats_updated`. */
  stats: StatsSource
  /** What raises alerts. */
  conditions: Condition[]
  /** Parts for every process, and parts only for processes that serve agents. */
  parts: { always: Part[]; web: Part[] }
  mounts: OsqueryMount[]
  endpoints(topics: TopicServer): Endpoint[]
  /** Ends all held reads, before the process stops. */
  release(): void
}

/** Hosts that run osquery: enrollment, live queries, schedules and carves. */
export function createFleet({ db, streams, log: rootLog, metrics, jobs, audit, settings }: FleetDeps): Fleet {
  const log = rootLog.child({ component: 'fleet' })
  const { bus } = streams
  const shared = { db, streams, bus, log, metrics, audit, settings }
  const hosts = createHosts(shared)
  const queries = createQueries({ ...shared, jobs, backgroundQueries: agent => hosts.backgroundQueries(agent) })
  hosts.onDue(hostIds => queries.wake(hostIds))
  const schedules = createSchedules(shared)
  const carves = createCarves({ db, audit, queries: queries.carveQueries })
  const api: AgentApi = {
    enroll: request => hosts.enroll(request),
    agentOf: nodeKey => hosts.agentOf(nodeKey),
    config: agent => schedules.config(agent),
    read: (agent, signal) => queries.read(agent, signal),
    write: (agent, answers) => write(agent, answers),
    log: (agent, batch) => schedules.log(agent, batch),
    carveInit: (agent, start) => carves.init(agent, start),
    hasCarve: sessionId => carves.has(sessionId),
    carveBlock: block => carves.block(block),
  }
  async function write(agent: Agent, answers: Answer[]) {
    const background = answers.filter(isBackground)
    const live = answers.filter(answer => !isBackground(answer))
    await Promise.all([
      queries.take(agent, live),
      background.length ? hosts.storeBackgroundAnswers(agent, background) : undefined,
    ])
    await carves.match(agent, live)
  }
  return {
    queries: queries.queries,
    families: [hosts.family, queries.family, schedules.family],
    retention: [...queries.retention, ...schedules.retention, ...carves.retention],
    stats: fleetStats(db),
    conditions: [missingHosts(db)],
    parts: { always: queries.parts.always, web: [hosts, schedules, ...queries.parts.agents] },
    mounts: [osqueryMount({ api, log, metrics })],
    endpoints: topics => [
      ...hosts.endpoints,
      ...queries.endpoints(topics),
      ...schedules.endpoints,
      ...carves.endpoints,
    ],
    release: () => queries.release(),
  }
}

/** Whether it answers a background query rather than a live one. */
const isBackground = ({ queryId }: Answer) => queryId.startsWith('tailrace:')

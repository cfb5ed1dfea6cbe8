import type { Audit } from '../access'
import type { Condition } from '../alerts'
import type { Endpoint } from '../api'
import type { Db } from '../base/db'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import type { RetentionTarget } from '../base/retention'
import type { Sealer } from '../base/sealed'
import { agentTopicEvents, containerTopicEvents } from '../contract/events'
import type { JobsPlatform } from '../jobs'
import type { Family, Streams, TopicServer } from '../streams'
import { agentRoutes } from './agents/agent-routes'
import { existingAgents, findAgent } from './agents/agent-store'
import { enrollRoute } from './agents/enroll-route'
import { PresenceSweep } from './agents/presence-sweep'
import { ServerKey } from './agents/server-key'
import { agentConditions } from './alerts/conditions'
import { actionRoutes } from './commands/command-routes'
import { CommandSweep } from './commands/command-sweep'
import type { FollowDeps } from './commands/follow'
import { CommandSender } from './commands/sender'
import { containerRoutes } from './containers/container-routes'
import { existingContainers, findContainer } from './containers/container-store'
import { familyOf } from './family'
import { agentFigures } from './figures'
import { ingestEffect } from './ingest/ingest-effect'
import { MetricsFeed, metricsRetention, metricsRoutes, Rollups } from './metrics'
import { AgentNotifier } from './notifier'
import { agentRetention } from './retention'
import type { AgentSettings } from './settings'
import { AgentSockets } from './socket/sockets'
import { tokenRoutes } from './tokens/token-routes'

export interface AgentsDeps {
  db: Db
  streams: Streams
  log: Log
  metrics: Registry
  jobs: JobsPlatform
  audit: Audit
  sealer: Sealer
  settings: AgentSettings & {
    /** How long single samples are kept. */
    samplesKeptMs: number
    streamHeartbeatMs: number
  }
}

export interface Agents {
  /** What the job that follows a command needs. */
  following: FollowDeps
  families: Family[]
  retention: RetentionTarget[]
  conditions: Condition[]
  /** Parts for every process, and parts only for processes that agents connect to. */
  parts: { always: Part[]; web: Part[] }
  upgrades: Record<string, AgentSockets['upgrade']>
  endpoints(topics: TopicServer): Endpoint[]
  /** Sends the agents to other processes. */
  release(): void
}

/** Agents: what they measure and report of machines and containers, and what they are told to do. */
export function createAgents({ db, streams, metrics, jobs, audit, sealer, settings, ...deps }: AgentsDeps): Agents {
  const log = deps.log.child({ component: 'agents' })
  const now = () => Date.now()
  const { isLeader } = jobs
  const key = new ServerKey({ db, sealer, log })
  const notifier = new AgentNotifier(streams.bus)
  const commands = new CommandSender({ db, streams, log, notifier })
  const feed = new MetricsFeed(streams, now)
  const figures = agentFigures({ db, metrics })
  const sockets = new AgentSockets({
    ...{ db, streams, log, key, notifier, settings, commands, process: jobs.process },
    store: item => streams.commit(ingestEffect, item),
    onStored: (_agent, result) => {
      figures.stored(result)
      feed.announce(result.samples.filter(({ at }) => now() - at.getTime() < LIVE_MS))
      for (const id of result.ended) notifier.tell({ type: 'command', id })
    },
    onOutcome: figures.connection,
  })
  const exists = {
    agent: async (tenantId: string, id: string) => (await findAgent(db, { tenantId, id })) !== undefined,
    container: async (tenantId: string, id: string) => (await findContainer(db, { tenantId, id })) !== undefined,
  }
  const { samplesKeptMs: keptMs, streamHeartbeatMs: heartbeatMs } = settings
  return {
    following: { db, streams, notifier },
    families: [
      familyOf(db, { prefix: 'agent', kinds: agentTopicEvents, heartbeatMs, existing: existingAgents }),
      familyOf(db, { prefix: 'container', kinds: containerTopicEvents, heartbeatMs, existing: existingContainers }),
    ],
    retention: [...agentRetention(db), ...metricsRetention(db, keptMs)],
    conditions: agentConditions(db),
    parts: {
      always: [
        notifier,
        new Rollups({ db, log, keptMs, isLeader, now }),
        new PresenceSweep({ streams, log, isLeader, heartbeatMs: settings.heartbeatMs }),
        new CommandSweep({ streams, log, notifier, isLeader }),
      ],
      web: [key, sockets],
    },
    upgrades: { '/ws/agent': (req, socket, head) => sockets.upgrade(req, socket, head) },
    endpoints: topics => [
      enrollRoute({ streams, log, key }),
      ...tokenRoutes({ db, audit }),
      ...agentRoutes({ db, streams, audit, onDeleted: agentId => notifier.tell({ type: 'deleted', agentId }) }),
      ...containerRoutes({ db, topics }),
      ...actionRoutes({ db, streams, jobs, audit, notifier }),
      ...metricsRoutes({ db, exists, now }),
    ],
    release: () => sockets.release(),
  }
}

/** Samples that are older come from a time without a connection: nobody waits for them. */
const LIVE_MS = 15_000

import type { Audit } from '../../access'
import type { Endpoint } from '../../api'
import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import type { Registry } from '../../base/metrics'
import type { RetentionTarget } from '../../base/retention'
import type { Family, Streams } from '../../streams'
import type { Agent, LogBatch } from '../agent'
import { ActivePacks } from './active-packs'
import { configOf } from './agent-config'
import { configurationRoute } from './configuration-routes'
import { hostLogFamily, hostLogRoute } from './host-log'
import { LogIntake } from './log-intake'
import { packRoutes } from './pack-routes'
import { scheduleRetention } from './retention'
import { savedQueryRoutes } from './saved-query-routes'
import { scheduledRoutes } from './scheduled-routes'

export interface SchedulesDeps {
  db: Db
  streams: Pick<Streams, 'write' | 'commit' | 'bus'>
  log: Log
  metrics: Registry
  audit: Audit
  settings: {
    /** How long a read may be held, in ms; 0: agents poll. */
    holdMs: number
    heartbeatMs: number
  }
}

/** What agents run on a schedule and what they log. Must be started after the bus. */
export interface Schedules extends Part {
  /** The complete configuration for an agent. */
  config(agent: Agent): Promise<Record<string, unknown>>
  /** Resolves when all lines are durable; otherwise rejects, so that the agent keeps them. */
  log(agent: Agent, batch: LogBatch): Promise<void>
  /** The family of the topics `hostlog:<host id>`. */
  family: Family
  endpoints: Endpoint[]
  retention: RetentionTarget[]
}

export function createSchedules({ db, streams, metrics, audit, settings }: SchedulesDeps): Schedules {
  const packs = new ActivePacks(db, streams.bus)
  const intake = new LogIntake(streams, metrics)
  return {
    name: 'schedules',
    start: () => packs.start(),
    stop: async () => packs.stop(),
    config: agent => configOf({ db, packs, holdMs: settings.holdMs }, agent),
    log: (agent, batch) => intake.take(agent, batch),
    family: hostLogFamily(db, settings.heartbeatMs),
    endpoints: [
      ...packRoutes({ db, audit, packs }),
      ...savedQueryRoutes({ db, audit }),
      ...scheduledRoutes(db),
      hostLogRoute(db),
      configurationRoute({ db, packs }),
    ],
    retention: scheduleRetention(db),
  }
}

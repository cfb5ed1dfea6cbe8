import { hostname } from 'node:os'
import type { Audit } from '../access'
import type { Endpoint } from '../api'
import type { Db } from '../base/db'
import { newTag } from '../base/ids'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import type { RedisFactory } from '../base/redis'
import type { Config } from '../config'
import type { QueueName } from '../contract/jobs'
import type { TopicServer, Writer } from '../streams'
import { actionRoutes } from './actions/action-routes'
import { bulkRoutes } from './actions/bulk-routes'
import { createRoutes } from './actions/create-routes'
import { Jobs } from './actions/jobs'
import { type BoardDeps, createBoard } from './board/board'
import { CancelChannel } from './engine/cancel-channel'
import { Engine } from './engine/engine'
import { failureRoutes } from './history/failure-routes'
import { jobFamily } from './history/family'
import { jobRoutes } from './history/job-routes'
import { jobLogRoutes } from './history/log-routes'
import { type FailureLimit, readFailedKinds } from './history/recent-failure-store'
import type { DepsOf, Handler } from './kinds/handler'
import { type AnyKind, indexKinds } from './kinds/kind'
import { kindRoutes } from './kinds/kind-routes'
import { Enqueuer } from './lifecycle/enqueue'
import { LegacyKeys } from './maintenance/legacy-keys'
import { Maintenance, type MaintenanceDeps } from './maintenance/maintenance'
import { Reconciler, type ReconcilerDeps } from './maintenance/reconciler'
import { JobMetrics } from './metrics/job-metrics'
import { Timings } from './metrics/timings'
import { activityRoutes } from './queues/activity-routes'
import { BullStates } from './queues/bull-states'
import { createGauges } from './queues/gauges'
import { QueueControl } from './queues/queue-control'
import { queueRoutes } from './queues/queue-routes'
import { TenantQueueStats } from './queues/tenant-queue-stats'
import { TenantStats } from './queues/tenant-stats'
import { jobRetention } from './retention/targets'
import { scheduleRoutes } from './schedules/schedule-routes'
import { Schedules } from './schedules/schedules'
import { Workers } from './worker/workers'

/** What the job platform is built from. */
export interface JobsDeps {
  db: Db
  redis: RedisFactory
  streams: Writer
  log: Log
  metrics: Registry
  config: Pick<Config, 'worker' | 'shutdownMs'> & { streams: Pick<Config['streams'], 'heartbeatMs'> }
  /** All job kinds. */
  kinds: readonly AnyKind[]
  /** All tenants; each of them gets the stats of its queues. */
  tenantIds(): Promise<string[]>
  /** By which schedules are due; the machine's unless a test moves it. */
  clock?: () => Date
}

/**
 * The job platform of a process: enqueues, lists and cancels jobs, and keeps PostgreSQL and BullMQ in sync. Its
 * `createWorkers` runs them.
 * @throws Error when two kinds share a name
 */
export function createJobs(deps: JobsDeps) {
  const { db, redis, streams, log, metrics: registry, config, kinds: list, tenantIds, clock = () => new Date() } = deps
  const { concurrency, lockMs, reconcileMs } = config.worker
  /** Unique to this process and to each restart. */
  const process = `${hostname()}:${globalThis.process.pid}:${newTag()}`
  const kinds = indexKinds(list)
  const metrics = new JobMetrics(registry)
  const engine = new Engine({ redis, log })
  const enqueuer = new Enqueuer({ streams, engine, log })
  const cancelChannel = new CancelChannel({ redis, log, publisher: engine.client })
  const jobs = new Jobs({ db, streams, engine, enqueuer, cancelChannel, kinds, log })
  const schedules = new Schedules({ db, streams, engine, enqueuer, kinds, log, clock })

  const timings = new Timings({ db, metrics, log, process })
  const queueControl = new QueueControl({ db, engine, log })
  const queueStats = new TenantQueueStats(db)
  createGauges(registry, { db, bullStates: new BullStates({ db, engine, log }), schedules })

  const maintenance = createMaintenance({
    ...{ db, redis, streams, engine, enqueuer, metrics, log, process, lockMs, reconcileMs },
    ...{ queueControl, schedules },
  })
  const isLeader = () => maintenance.isLeader
  const stats = new TenantStats({ db, streams, queueStats, tenantIds, isLeader, log })
  const connection: Part = { name: 'queues', start: async () => undefined, stop: () => engine.close() }

  return Object.assign(jobs, {
    engine,
    enqueuer,
    schedules,
    timings,
    queueControl,
    queueStats,
    stats,
    /** Unique to this process and to each restart. */
    process,
    /** Whether this process does what only one does for all. */
    isLeader,
    /** The kinds of which too many jobs failed lately. */
    failedKinds: (limits: readonly FailureLimit[]) => readFailedKinds(db, limits),
    family: jobFamily(db, config.streams.heartbeatMs),
    retention: jobRetention({ db, engine, tenantIds }),
    parts: [connection, timings, maintenance, stats],
    /**
     * The workers of this process.
     * @param handlers one for each kind
     * @throws Error when a kind has no handler or two
     */
    createWorkers<const Handlers extends readonly Handler<never>[]>(
      handlers: Handlers,
      deps: DepsOf<Handlers>,
      options: { queues?: readonly QueueName[] } = {},
    ): Part & { readonly isRunning: boolean } {
      // `DepsOf` has what all handlers need, so each of them accepts it.
      const list = handlers as unknown as readonly Handler<DepsOf<Handlers>>[]
      const platform = {
        ...{ db, redis, streams, engine, enqueuer, cancelChannel, kinds, metrics, log, process },
        ...{ concurrency, lockMs, shutdownMs: config.shutdownMs },
      }
      return new Workers({ platform, handlers: list, deps, tick: job => schedules.tick(job), ...options })
    },
    /** The routes of a web process. */
    endpoints: (audit: Audit, topics: TopicServer): Endpoint[] => [
      ...kindRoutes(kinds),
      ...jobRoutes(jobs),
      ...jobLogRoutes({ db, history: jobs, topics }),
      ...createRoutes({ jobs, kinds }),
      ...actionRoutes({ jobs, audit }),
      ...bulkRoutes({ jobs, audit }),
      ...scheduleRoutes({ db, schedules, jobs, kinds, audit, log }),
      ...queueRoutes({ kinds, streams, queueControl, queueStats, schedules, audit }),
      ...activityRoutes(db, engine),
      ...failureRoutes(db),
    ],
    /** Bull Board, for a web process to mount. */
    board: (access: Pick<BoardDeps, 'audit' | 'authenticate'>) =>
      createBoard({
        db,
        engine,
        jobs,
        queueControl,
        audit: access.audit,
        authenticate: req => access.authenticate(req),
      }),
  })
}

export type JobsPlatform = ReturnType<typeof createJobs>

type MaintenanceParts = Omit<MaintenanceDeps, 'reconciler' | 'legacyKeys'> & Omit<ReconcilerDeps, 'isRunElsewhere'>

function createMaintenance({ enqueuer, lockMs, ...deps }: MaintenanceParts): Maintenance {
  const { db, redis, streams, engine } = deps
  const legacyKeys = new LegacyKeys(engine, redis)
  const isRunElsewhere = (id: string) => legacyKeys.isRun(id)
  const reconciler = new Reconciler({ db, streams, engine, enqueuer, lockMs, isRunElsewhere })
  return new Maintenance({ ...deps, reconciler, legacyKeys })
}

import { hostname } from 'node:os'
import type { Job as BullJob } from 'bullmq'
import type { Audit, Endpoint } from '../access'
import { isUuid, newMark } from '../base/ids'
import type { Part } from '../base/lifecycle'
import type { Family } from '../streams'
import { jobRoutes } from './actions/action-routes'
import { bulkRoutes } from './actions/bulk-routes'
import { Jobs } from './actions/jobs'
import { type BoardDeps, createBoard } from './board/board'
import type { Core, JobsDeps } from './core'
import { Commands } from './engine/cancel-channel'
import { Engine } from './engine/engine'
import { failureRoutes } from './history/failure-routes'
import type { DepsOf, Handler } from './kinds/handler'
import { indexKinds } from './kinds/kind'
import type { QueueName } from './kinds/queues'
import { Enqueuer } from './lifecycle/enqueue'
import { Keeper } from './maintenance/maintenance'
import { JobMetrics } from './metrics/job-metrics'
import { historyRoutes } from './queues/activity-routes'
import { createGauges } from './queues/gauges'
import { queueRoutes } from './queues/queue-routes'
import { Figures } from './queues/queue-stats'
import { TenantFigures } from './queues/tenant-queue-stats'
import { Stats } from './queues/tenant-stats'
import { missingJobs } from './retention/ended-store'
import { jobRetention } from './retention/targets'
import { Schedules } from './schedules/schedules'
import { Workers } from './worker/workers'

/**
 * The job platform of a process: enqueues, lists, cancels, and keeps PostgreSQL and BullMQ in step. It does not run
 * jobs: see `createWorkers`.
 * @throws Error when two kinds share a name
 */
export function createJobs(deps: JobsDeps) {
  const core = createCore(deps)
  const jobs = new Jobs(core)
  const figures = new Figures(core)
  const schedules = new Schedules(core)
  const keeper = new Keeper({ core, figures, schedules })
  const tenantFigures = new TenantFigures(core)
  const stats = new Stats(core, tenantFigures, () => keeper.isHolder)
  createGauges(deps.metrics, figures, schedules)
  const connection: Part = { name: 'queues', start: async () => undefined, stop: () => core.engine.close() }
  return Object.assign(jobs, {
    core,
    schedules,
    figures,
    stats,
    family: familyOf(jobs, deps),
    retention: jobRetention(core),
    parts: [connection, figures, keeper, stats],
    /** The routes of a web process. */
    endpoints: (audit: Audit): Endpoint[] => [
      ...jobRoutes({ jobs, kinds: core.kinds, audit }),
      ...bulkRoutes({ jobs, audit }),
      ...queueRoutes({ jobs, figures, tenantFigures, schedules, audit }),
      ...historyRoutes(core),
      ...failureRoutes(core.db),
    ],
    /** Bull Board, for a web process to mount. */
    board: (access: Pick<BoardDeps, 'audit' | 'authenticate'>) =>
      createBoard({ core, jobs, audit: access.audit, authenticate: req => access.authenticate(req) }),
  })
}

export type JobsPlatform = ReturnType<typeof createJobs>

function createCore({ kinds, metrics, ...deps }: JobsDeps): Core {
  const { redis, log, streams } = deps
  const engine = new Engine({ redis, log })
  return {
    ...deps,
    kinds: indexKinds(kinds),
    engine,
    enqueuer: new Enqueuer({ streams, engine, log }),
    commands: new Commands({ redis, log, publisher: engine.client }),
    metrics: new JobMetrics(metrics),
    process: `${hostname()}:${process.pid}:${newMark()}`,
  }
}

/** A job's topic: it exists while its row does, and its status says all that was before. */
const familyOf = (jobs: Jobs, { db, config }: JobsDeps): Family => ({
  prefix: 'job',
  heartbeatMs: config.streams.heartbeatMs,
  exists: ({ tenantId, name }) => {
    const id = name.slice('job:'.length)
    return isUuid(id) ? jobs.exists({ tenantId, id }) : Promise.resolve(false)
  },
  async gone(topics) {
    const ids = topics.map(({ name }) => name.slice('job:'.length))
    const missing = await missingJobs(
      db,
      topics.map(({ tenantId }, i) => ({ tenantId, id: ids[i] ?? '' })).filter(({ id }) => isUuid(id)),
    )
    return topics.filter((_, i) => missing.has(ids[i] ?? ''))
  },
  stateEvent: 'status',
  supersededKinds: ['status', 'progress'],
})

/**
 * The workers of a process.
 * @param handlers one for each kind
 * @throws Error when a kind has no handler or two
 */
export function createWorkers<const Handlers extends readonly Handler<never>[]>(
  jobs: JobsPlatform,
  handlers: Handlers,
  deps: DepsOf<Handlers>,
  options: { queues?: readonly QueueName[] } = {},
): Part & { readonly isRunning: boolean } {
  // `DepsOf` is what all of them need, so each of them takes it.
  const list = handlers as unknown as readonly Handler<DepsOf<Handlers>>[]
  const tick = (job: BullJob) => jobs.schedules.tick(job)
  return new Workers({ core: jobs.core, handlers: list, deps, tick, ...options })
}

import { hostname } from 'node:os'
import type { Job as BullJob } from 'bullmq'
import type { Audit, Endpoint } from '../access'
import { isUuid, newMark } from '../base/ids'
import type { Part } from '../base/lifecycle'
import type { Family } from '../streams'
import { type BoardDeps, createBoard } from './board/board'
import { bulkRoutes } from './bulk-routes'
import { Commands } from './commands'
import type { Core, JobsDeps } from './core'
import { Engine } from './engine'
import { Enqueuer } from './enqueue'
import { failureRoutes } from './failure-routes'
import { Figures } from './figures'
import { createGauges } from './gauges'
import type { DepsOf, Handler } from './handler'
import { historyRoutes } from './history-routes'
import { jobRoutes } from './job-routes'
import { Jobs } from './jobs'
import { Keeper } from './keeper'
import { indexKinds } from './kinds'
import { JobMetrics } from './metrics'
import { queueRoutes } from './queue-routes'
import type { QueueName } from './queues'
import { jobRetention } from './retention'
import { missingJobs } from './retention-store'
import { Schedules } from './schedules'
import { Stats } from './stats'
import { TenantFigures } from './tenant-figures'
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

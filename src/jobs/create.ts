import { hostname } from 'node:os'
import { newMark } from '../base/ids'
import type { Part } from '../base/lifecycle'
import type { Family } from '../streams'
import { Commands } from './commands'
import type { Core, JobsDeps } from './core'
import { Engine } from './engine'
import { Enqueuer } from './enqueue'
import type { DepsOf, Handler } from './handler'
import { Jobs } from './jobs'
import { indexKinds } from './kinds'
import { JobMetrics } from './metrics'
import type { QueueName } from './queues'
import { Workers } from './worker/workers'

/**
 * The job platform of a process: enqueues, lists, cancels, and keeps PostgreSQL and BullMQ in step. It does not run
 * jobs: see `createWorkers`.
 * @throws Error when two kinds share a name
 */
export function createJobs(deps: JobsDeps) {
  const core = createCore(deps)
  const jobs = new Jobs(core)
  const parts: Part[] = [{ name: 'jobs', start: async () => undefined, stop: () => core.engine.close() }]
  return Object.assign(jobs, { core, family: familyOf(jobs, deps), parts })
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
const familyOf = (jobs: Jobs, { config }: JobsDeps): Family => ({
  prefix: 'job',
  heartbeatMs: config.streams.heartbeatMs,
  exists: ({ tenantId, name }) => {
    const id = name.slice('job:'.length)
    return UUID.test(id) ? jobs.exists({ tenantId, id }) : Promise.resolve(false)
  },
  stateEvent: 'status',
  supersededKinds: ['status', 'progress'],
})

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

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
): Part {
  // `DepsOf` is what all of them need, so each of them takes it.
  const list = handlers as unknown as readonly Handler<DepsOf<Handlers>>[]
  const tick = async () => undefined
  return new Workers({ core: jobs.core, handlers: list, deps, tick, ...options })
}

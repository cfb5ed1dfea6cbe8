import type { Db } from '../base/db'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import type { RedisFactory } from '../base/redis'
import type { Config } from '../config'
import type { Writer } from '../streams'
import type { Commands } from './engine/cancel-channel'
import type { Engine } from './engine/engine'
import type { AnyKind } from './kinds/kind'
import type { Enqueuer } from './lifecycle/enqueue'
import { type TransitionItem, type TransitionResult, transitionEffect } from './lifecycle/transition-effect'
import type { JobMetrics } from './metrics/job-metrics'

export type JobsConfig = Pick<Config, 'worker' | 'shutdownMs' | 'publicUrl'> & {
  streams: Pick<Config['streams'], 'heartbeatMs'>
}

/** What the job platform is built from. */
export interface JobsDeps {
  db: Db
  redis: RedisFactory
  streams: Writer
  log: Log
  metrics: Registry
  config: JobsConfig
  /** Every kind of the program. */
  kinds: readonly AnyKind[]
  /** All tenants: each is told of the queues' figures. */
  tenantIds(): Promise<string[]>
}

/** What the parts of the job platform share. */
export interface Core extends Omit<JobsDeps, 'kinds' | 'metrics'> {
  kinds: ReadonlyMap<string, AnyKind>
  engine: Engine
  enqueuer: Enqueuer
  commands: Commands
  metrics: JobMetrics
  /** Tells this process apart from all others, also from its own earlier lives. */
  process: string
}

export const commitTransition = (core: Pick<Core, 'streams'>, item: TransitionItem): Promise<TransitionResult> =>
  core.streams.commit(transitionEffect, item)

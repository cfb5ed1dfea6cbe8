import { setTimeout as delay } from 'node:timers/promises'
import { type Job as BullJob, DelayedError, UnrecoverableError, Worker } from 'bullmq'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import { againLater, ignoreOutage, isOutage } from '../../base/outage'
import type { RedisClient, RedisFactory } from '../../base/redis'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { CancelChannel } from '../engine/cancel-channel'
import { closeAll, waitForClose } from '../engine/close'
import type { Handler } from '../kinds/handler'
import type { AnyKind } from '../kinds/kind'
import { QUEUES } from '../kinds/queues'
import { failureOf } from '../lifecycle/failure'
import { findCancelled, findJob } from '../lifecycle/job-store'
import { transitionEffect } from '../lifecycle/transition-effect'
import type { AbortReason } from './active-run'
import { IdleWatch } from './idle-watch'
import { EndedForGood, RunAgain } from './outcome'
import { Processor, type ProcessorDeps, type Ticketed } from './processor'

/** How often per `lockMs` BullMQ checks for stalled workers. */
const STALLED_CHECKS = 6
/** How often a run may be lost before BullMQ fails the job. */
const STALLED_MAX = 2
/** Before a job that met an outage is tried again; with a random part, so that not all come at once. */
const AWAY_DELAY_MS = 2_000
/** After a fault of ours, before a job is tried again. */
const FAULT_DELAY_MS = 5_000
/** How often running jobs are compared with the cancel flags, should every call have been lost. */
const FLAG_CHECK_MS = 5_000
/** Room for handlers to end and for what they say to be stored. */
const ABORT_MS = 2_000

export interface WorkersDeps extends ProcessorDeps {
  redis: RedisFactory
  kinds: ReadonlyMap<string, AnyKind>
  cancelChannel: CancelChannel
  concurrency: number
  lockMs: number
  shutdownMs: number
}

export interface WorkersOptions<Deps> {
  platform: WorkersDeps
  handlers: readonly Handler<Deps>[]
  deps: Deps
  /** Default: all. */
  queues?: readonly QueueName[]
  /** What ticks of the `schedules` queue do. */
  tick: (job: BullJob) => Promise<void>
}

/** The workers of this process: one of BullMQ's per queue, all over one shared connection. */
export class Workers<Deps> implements Part {
  readonly name = 'workers'
  private readonly processor: Processor<Deps>
  private readonly opened = new Map<QueueName, Worker>()
  private readonly idle: IdleWatch
  private connection: RedisClient | undefined
  private flagTimer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined

  /** @throws Error when a kind has no handler, or a handler no kind */
  constructor(private readonly options: WorkersOptions<Deps>) {
    this.processor = new Processor(options.platform, indexHandlers(options), options.deps)
    this.idle = new IdleWatch(options.platform.engine)
  }

  private get workers(): Worker[] {
    return [...this.opened.values()]
  }

  get activeCount() {
    return this.processor.active.size
  }

  /** Whether every queue's worker runs. */
  get isRunning() {
    return this.workers.length > 0 && this.workers.every(worker => worker.isRunning())
  }

  async start() {
    const { platform, queues = QUEUE_NAMES } = this.options
    this.connection = platform.redis.connect('blocking')
    await platform.cancelChannel.listen(
      ids => this.abort(ids, 'cancel'),
      () => void this.checkFlags(),
    )
    for (const queue of queues) this.opened.set(queue, this.open(queue, this.connection))
    this.flagTimer = setInterval(() => {
      void this.checkFlags()
      this.lookForStuck()
    }, FLAG_CHECK_MS)
  }

  /** One pass at a time: while a server hangs, one takes longer than the pause between them. */
  private lookForStuck() {
    const { log } = this.options.platform
    this.looking ??= this.reopenStuck()
      .catch(againLater(log, 'Stuck workers are looked for later'))
      .finally(() => {
        this.looking = undefined
      })
  }

  private async reopenStuck() {
    const { engine, log } = this.options.platform
    for (const [queue, worker] of this.opened) {
      const isStuck = engine.isUp && (await this.idle.isStuck(queue).catch(ignoreOutage))
      if (!isStuck || worker.closing || !this.connection) continue
      log.warn('A worker took no jobs although some are waiting: it is reopened', { queue })
      this.opened.set(queue, this.open(queue, this.connection))
      void worker.close(true).catch(() => undefined) // what it waits for may never come
    }
  }

  private open(queue: QueueName, connection: RedisClient): Worker {
    const { engine, process, lockMs, concurrency, log } = this.options.platform
    const stalledInterval = Math.ceil(lockMs / STALLED_CHECKS)
    const work = (job: BullJob, token: string) =>
      queue === 'schedules' ? this.options.tick(job) : this.processor.process(job as Ticketed, token)
    // Two parameters: this declines BullMQ's signal, because the run has one that says why it was aborted.
    const run = (job: BullJob, token = '') =>
      this.idle.during(queue, () => work(job, token)).catch(error => this.handBack(job, token, error))
    const worker = new Worker(queue, run, {
      connection,
      prefix: engine.prefixOf(queue),
      name: process,
      concurrency: Math.max(1, Math.round(concurrency * QUEUES[queue].concurrency)),
      // A worker is given up one interval after its lock has run out at the latest: together that is the setting.
      lockDuration: lockMs - stalledInterval,
      stalledInterval,
      maxStalledCount: STALLED_MAX,
      runRetryDelay: 1_000,
      settings: {
        backoffStrategy: (_made, _type, error) => (error instanceof RunAgain ? error.delayMs : FAULT_DELAY_MS),
      },
    })
    worker.on('error', error => log.debug('Worker error', { queue, error: messageOf(error) }))
    worker.on('lockRenewalFailed', ids => this.abort(ids, 'superseded'))
    worker.on('failed', (job, error) => this.failed(job, error))
    return worker
  }

  /** An outage of ours says nothing about the job: BullMQ gets it back as it was, to try again later. */
  private async handBack(job: BullJob, token: string, error: unknown): Promise<never> {
    if (!isOutage(error)) throw error
    this.options.platform.log.warn('A job met an outage and is tried again later', {
      job_id: job.id,
      error: messageOf(error),
    })
    await job.moveToDelayed(Date.now() + AWAY_DELAY_MS * (1 + Math.random()), token)
    throw new DelayedError()
  }

  private abort(ids: readonly string[], reason: AbortReason) {
    for (const id of ids) this.processor.active.get(id)?.abort(reason)
  }

  /** What is not an outcome is a fault of ours, after which BullMQ tries again. */
  private failed(job: BullJob | undefined, error: Error) {
    if (!job?.id || error instanceof EndedForGood || error instanceof RunAgain || job.queueName === 'schedules') return
    if (error instanceof UnrecoverableError) return void this.failedByBull(job, job.id, error)
    this.options.platform.log.error('A job could not be processed and is tried again', { job_id: job.id, error })
  }

  /** BullMQ fails some jobs without running them: a child of theirs failed, or too many runs were lost. */
  private async failedByBull({ queueName, name, data }: BullJob, id: string, error: Error) {
    const { db, streams, metrics, log } = this.options.platform
    const { tenant_id } = data
    const ref = { tenantId: tenant_id, id }
    metrics.ended({ tenant_id, queue: queueName, kind: name }, 'failed')
    try {
      const row = await findJob(db, ref)
      if (!row) return
      const change = { type: 'settle' as const, attempt: row.attempt, error: failureOf(error.message) }
      await streams.commit(transitionEffect, { ...ref, change })
    } catch (problem) {
      againLater(log, 'A failed job is settled later, when queues are compared', { job_id: id }, 'warn')(problem)
    }
  }

  private async checkFlags() {
    const { db, log } = this.options.platform
    const refs = [...this.processor.active.values()].filter(run => !run.aborted)
    if (!refs.length) return
    try {
      this.abort(await findCancelled(db, refs), 'cancel')
    } catch (error) {
      againLater(log, 'Cancel flags are read later')(error)
    }
  }

  /**
   * Takes no more jobs, lets those that run end, and hands back those that do not. By `close`, not `pause`: a paused
   * worker that waits for a job still takes the next one, which would be the one it has just handed back.
   */
  async stop() {
    clearInterval(this.flagTimer)
    const { cancelChannel, shutdownMs } = this.options.platform
    const closed = closeAll(this.workers)
    const idle = await this.untilIdle(shutdownMs / 2, () => this.abort(this.resumable(), 'shutdown'))
    // again and again: one that was fetched a moment ago may begin only now
    if (!idle) await this.untilIdle(ABORT_MS, () => this.abort([...this.processor.active.keys()], 'shutdown'))
    await waitForClose(closed)
    cancelChannel.close()
    this.connection?.disconnect()
  }

  private resumable(): string[] {
    const { kinds } = this.options.platform
    return [...this.processor.active.values()].flatMap(run => (kinds.get(run.kind)?.options.resumable ? [run.id] : []))
  }

  private async untilIdle(limitMs: number, meanwhile: () => void): Promise<boolean> {
    const end = Date.now() + limitMs
    while (this.activeCount && Date.now() < end) {
      meanwhile()
      await delay(20)
    }
    return this.activeCount === 0
  }
}

function indexHandlers<Deps>({
  platform: { kinds },
  handlers,
}: WorkersOptions<Deps>): ReadonlyMap<string, Handler<Deps>> {
  const byKind = new Map<string, Handler<Deps>>()
  for (const handler of handlers) {
    const { name } = handler.kind
    if (byKind.has(name)) throw new Error(`The kind ${name} has two handlers`)
    if (kinds.get(name) !== handler.kind) throw new Error(`The kind ${name} has a handler but is not registered`)
    byKind.set(name, handler)
  }
  for (const name of kinds.keys()) if (!byKind.has(name)) throw new Error(`The kind ${name} has no handler`)
  return byKind
}

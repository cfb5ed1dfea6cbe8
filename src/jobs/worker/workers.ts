import { setTimeout as delay } from 'node:timers/promises'
import { type Job as BullJob, DelayedError, UnrecoverableError, Worker } from 'bullmq'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import { ignoreOutage, isOutage, logRetryable } from '../../base/outage'
import type { RedisClient, RedisFactory } from '../../base/redis'
import type { QueueName } from '../../contract/jobs'
import { QUEUE_NAMES } from '../../contract/values'
import type { CancelChannel } from '../engine/cancel-channel'
import { closeAll, waitForClose } from '../engine/close'
import { repeatStrategy } from '../engine/engine'
import type { Handler } from '../kinds/handler'
import type { AnyKind } from '../kinds/kind'
import { QUEUES } from '../kinds/queues'
import { storeBullFailure } from '../lifecycle/bull-failure'
import { findCancelled } from '../lifecycle/job-store'
import { findOpen } from '../lifecycle/open-store'
import type { AbortReason } from './active-run'
import { IdleWatch } from './idle-watch'
import { EndedForGood, RunAgain } from './outcome'
import { type ClaimedJob, Processor, type ProcessorDeps } from './processor'

/** How often BullMQ checks for stalled jobs per `lockMs`. */
const STALLED_CHECKS = 6
/** How often a job may stall before BullMQ fails it. */
const STALLED_MAX = 2
/** Delay before a job interrupted by an outage runs again. A random part spreads the load. */
const OUTAGE_DELAY_MS = 2_000
/** Delay before a job runs again after an internal error. */
const FAULT_DELAY_MS = 5_000
/** How often the cancel flags of running jobs are read, in case messages were lost. */
const FLAG_CHECK_MS = 5_000
/** Time for aborted handlers to end and for their lines to be stored. */
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
  /** Handles ticks of the `schedules` queue. */
  tick: (job: BullJob) => Promise<void>
}

/** The workers of this process: one BullMQ Worker per queue, all over one shared connection. */
export class Workers<Deps> implements Part {
  readonly name = 'workers'
  private readonly processor: Processor<Deps>
  private readonly opened = new Map<QueueName, Worker>()
  private readonly idle: IdleWatch
  private connection: RedisClient | undefined
  private flagTimer: NodeJS.Timeout | undefined
  private checking: Promise<void> | undefined

  /** @throws Error if a kind has no handler or two, or a handler has no registered kind */
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

  /** Whether the workers of all queues are running. */
  get isRunning() {
    return this.workers.length > 0 && this.workers.every(worker => worker.isRunning())
  }

  async start() {
    const { platform, queues = QUEUE_NAMES } = this.options
    this.connection = platform.redis.connect('worker')
    await platform.cancelChannel.listen(
      ids => this.abort(ids, 'cancel'),
      () => void this.checkFlags(),
    )
    for (const queue of queues) this.opened.set(queue, this.open(queue, this.connection))
    this.flagTimer = setInterval(() => {
      void this.checkFlags()
      this.checkForStuck()
    }, FLAG_CHECK_MS)
  }

  /** One check at a time: while a server hangs, a check takes longer than the interval. */
  private checkForStuck() {
    const { log } = this.options.platform
    this.checking ??= this.reopenStuck()
      .catch(logRetryable(log, 'Cannot check for stuck workers, will retry'))
      .finally(() => {
        this.checking = undefined
      })
  }

  private async reopenStuck() {
    const { engine, log } = this.options.platform
    for (const [queue, worker] of this.opened) {
      const isStuck = engine.isUp && (await this.idle.isStuck(queue).catch(ignoreOutage))
      if (!isStuck || worker.closing || !this.connection) continue
      log.warn('A worker takes no jobs although some are waiting, reopening it', { queue })
      this.opened.set(queue, this.open(queue, this.connection))
      void worker.close(true).catch(() => undefined) // what it waits for may never come
    }
  }

  private open(queue: QueueName, connection: RedisClient): Worker {
    const { engine, process, lockMs, concurrency, log } = this.options.platform
    const stalledInterval = Math.ceil(lockMs / STALLED_CHECKS)
    const work = (job: BullJob, token: string) =>
      queue === 'schedules' ? this.options.tick(job) : this.processor.process(job as ClaimedJob, token)
    // Two parameters only, which disables BullMQ's signal: a run has its own, with the reason of the abort.
    const run = (job: BullJob, token = '') =>
      this.idle.during(queue, () => work(job, token)).catch(error => this.returnToQueue(job, token, error))
    const worker = new Worker(queue, run, {
      connection,
      prefix: engine.prefixOf(queue),
      name: process,
      concurrency: Math.max(1, Math.round(concurrency * QUEUES[queue].concurrency)),
      // A job is found stalled at most one interval after its lock expires: together that is `lockMs`.
      lockDuration: lockMs - stalledInterval,
      stalledInterval,
      maxStalledCount: STALLED_MAX,
      runRetryDelay: 1_000,
      settings: {
        repeatStrategy,
        backoffStrategy: (_made, _type, error) => (error instanceof RunAgain ? error.delayMs : FAULT_DELAY_MS),
      },
    })
    worker.on('error', error => log.debug('Worker error', { queue, error: messageOf(error) }))
    worker.on('lockRenewalFailed', ids => this.abort(ids, 'superseded'))
    worker.on('failed', (job, error) => this.failed(job, error))
    return worker
  }

  /** An outage says nothing about the job, so it goes back to BullMQ unchanged, to run again later. */
  private async returnToQueue(job: BullJob, token: string, error: unknown): Promise<never> {
    if (!isOutage(error)) throw error
    this.options.platform.log.warn('A job was interrupted by an outage and will run again', {
      job_id: job.id,
      error: messageOf(error),
    })
    await job.moveToDelayed(Date.now() + OUTAGE_DELAY_MS * (1 + Math.random()), token)
    throw new DelayedError()
  }

  private abort(ids: readonly string[], reason: AbortReason) {
    for (const id of ids) this.processor.active.get(id)?.abort(reason)
  }

  /** Anything that is not an outcome is an internal error, after which BullMQ runs the job again. */
  private failed(job: BullJob | undefined, error: Error) {
    if (!job?.id || error instanceof EndedForGood || error instanceof RunAgain || job.queueName === 'schedules') return
    if (error instanceof UnrecoverableError) return void this.failedByBull(job, job.id, error)
    this.options.platform.log.error('A job could not be processed and will run again', { job_id: job.id, error })
  }

  /** BullMQ fails some jobs without running them: a child failed, or they stalled too often. */
  private async failedByBull({ queueName, name, data }: BullJob, id: string, error: Error) {
    const { platform } = this.options
    const { metrics, log } = platform
    metrics.ended({ tenant_id: data.tenant_id, queue: queueName, kind: name }, 'failed')
    try {
      const [job] = await findOpen(platform.db, [id])
      if (job) await storeBullFailure(platform, job, error.message)
    } catch (problem) {
      logRetryable(log, 'Cannot store that a job failed, will retry', { job_id: id }, 'warn')(problem)
    }
  }

  private async checkFlags() {
    const { db, log } = this.options.platform
    const refs = [...this.processor.active.values()].filter(run => !run.aborted)
    if (!refs.length) return
    try {
      this.abort(await findCancelled(db, refs), 'cancel')
    } catch (error) {
      logRetryable(log, 'Cannot read cancel flags, will retry')(error)
    }
  }

  /**
   * Takes no more jobs, waits for running ones to end, and aborts the rest so that they run again elsewhere. Uses
   * `close` rather than `pause`: a paused worker that is waiting for a job still takes the next one, which would be
   * one of those just aborted.
   */
  async stop() {
    clearInterval(this.flagTimer)
    const { cancelChannel, shutdownMs } = this.options.platform
    const closed = closeAll(this.workers)
    const idle = await this.untilIdle(shutdownMs / 2, () => this.abort(this.resumable(), 'shutdown'))
    // Repeatedly, because a job fetched just before may start only now.
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

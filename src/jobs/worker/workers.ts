import { setTimeout as delay } from 'node:timers/promises'
import { type Job as BullJob, Worker } from 'bullmq'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import type { RedisClient } from '../../base/redis'
import { type Core, commitTransition } from '../core'
import { failureOf } from '../failure'
import type { Handler } from '../handler'
import { QUEUE_NAMES, QUEUES, type QueueName } from '../queues'
import { findCancelled } from '../store'
import type { AbortReason } from './active-run'
import { EndedForGood, RunAgain } from './outcome'
import { Processor, type Ticketed } from './processor'

/** How often a run may be lost before BullMQ fails the job. */
const STALLED_MAX = 2
/** How often running jobs are compared with the cancel flags, should every call have been lost. */
const FLAG_CHECK_MS = 5_000
/** Room for handlers to end and for what they say to be stored. */
const ABORT_MS = 2_000
const CLOSE_MS = 2_000

export interface WorkersOptions<Deps> {
  core: Core
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
  private readonly workers: Worker[] = []
  private connection: RedisClient | undefined
  private flagTimer: NodeJS.Timeout | undefined

  /** @throws Error when a kind has no handler, or a handler no kind */
  constructor(private readonly options: WorkersOptions<Deps>) {
    this.processor = new Processor(options.core, indexHandlers(options), options.deps)
  }

  get activeCount() {
    return this.processor.active.size
  }

  /** Whether every queue's worker is at it. */
  get isRunning() {
    return this.workers.length > 0 && this.workers.every(worker => worker.isRunning())
  }

  async start() {
    const { core, queues = QUEUE_NAMES } = this.options
    this.connection = core.redis.connect('blocking')
    await core.commands.listen(
      ids => this.abort(ids, 'cancel'),
      () => void this.checkFlags(),
    )
    for (const queue of queues) this.workers.push(this.open(queue, this.connection))
    this.flagTimer = setInterval(() => void this.checkFlags(), FLAG_CHECK_MS)
  }

  private open(queue: QueueName, connection: RedisClient): Worker {
    const { core } = this.options
    const { lockMs, concurrency } = core.config.worker
    const run = async (job: BullJob, token?: string) => this.processor.process(job as Ticketed, token ?? '')
    // Two parameters: BullMQ's own signal is not asked for, the run has one that says why it was aborted.
    const worker = new Worker(queue, queue === 'schedules' ? this.options.tick : run, {
      connection,
      prefix: core.engine.prefix,
      name: core.process,
      concurrency: Math.max(1, Math.round(concurrency * QUEUES[queue].concurrency)),
      lockDuration: lockMs,
      stalledInterval: lockMs,
      maxStalledCount: STALLED_MAX,
      runRetryDelay: 1_000,
      settings: { backoffStrategy: (_made, _type, error) => (error instanceof RunAgain ? error.delayMs : 0) },
    })
    const facts = { queue }
    worker.on('error', error => core.log.debug('Worker trouble', { ...facts, error: messageOf(error) }))
    worker.on('lockRenewalFailed', ids => this.abort(ids, 'superseded'))
    worker.on('failed', (job, error) => void this.failedByBull(job, error))
    return worker
  }

  private abort(ids: readonly string[], reason: AbortReason) {
    for (const id of ids) this.processor.active.get(id)?.abort(reason)
  }

  /** BullMQ fails some jobs without running them: a child of theirs failed, or too many runs were lost. */
  private async failedByBull(job: BullJob | undefined, error: Error) {
    if (!job?.id || error instanceof EndedForGood || error instanceof RunAgain || job.queueName === 'schedules') return
    const { core } = this.options
    core.metrics.ended({ queue: job.queueName, kind: job.name }, 'failed')
    const ref = { tenantId: job.data.tenant_id, id: job.id }
    const change = { type: 'settle' as const, error: failureOf(error.message) }
    await commitTransition(core, { ...ref, change }).catch(problem =>
      core.log.error('A failed job could not be settled', { job_id: job.id, error: messageOf(problem) }),
    )
  }

  private async checkFlags() {
    const { core } = this.options
    const refs = [...this.processor.active.values()].filter(run => !run.aborted)
    if (!refs.length) return
    try {
      this.abort(await findCancelled(core.db, refs), 'cancel')
    } catch (error) {
      core.log.debug('Cancel flags were not read', { error: messageOf(error) })
    }
  }

  /**
   * Takes no more jobs, lets those that run end, and hands back those that do not. By `close`, not `pause`: a paused
   * worker that waits for a job still takes the next one, which would be the one it has just handed back.
   */
  async stop() {
    clearInterval(this.flagTimer)
    const { core } = this.options
    const closed = Promise.all(this.workers.map(worker => worker.close().catch(() => undefined)))
    const idle = await this.untilIdle(core.config.shutdownMs / 2, () => this.abort(this.resumable(), 'shutdown'))
    // again and again: one that was fetched a moment ago may begin only now
    if (!idle) await this.untilIdle(ABORT_MS, () => this.abort([...this.processor.active.keys()], 'shutdown'))
    await Promise.race([closed, delay(CLOSE_MS, undefined, { ref: false })])
    core.commands.close()
    this.connection?.disconnect()
  }

  private resumable(): string[] {
    const { kinds } = this.options.core
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

function indexHandlers<Deps>({ core, handlers }: WorkersOptions<Deps>): ReadonlyMap<string, Handler<Deps>> {
  const byKind = new Map<string, Handler<Deps>>()
  for (const handler of handlers) {
    const { name } = handler.kind
    if (byKind.has(name)) throw new Error(`The kind ${name} has two handlers`)
    if (core.kinds.get(name) !== handler.kind) throw new Error(`The kind ${name} has a handler but is not registered`)
    byKind.set(name, handler)
  }
  for (const name of core.kinds.keys()) if (!byKind.has(name)) throw new Error(`The kind ${name} has no handler`)
  return byKind
}

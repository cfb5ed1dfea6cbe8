import { type Job as BullJob, DelayedError, WaitingChildrenError } from 'bullmq'
import { Batcher } from '../../base/batcher'
import { type Db, isDatabaseOutage } from '../../base/db'
import { againLater } from '../../base/outage'
import type { Engine } from '../engine/engine'
import type { Handler } from '../kinds/handler'
import { CHILD_FAILED, isChildFailure } from '../lifecycle/failure'
import { hasEnded, type JobRow } from '../lifecycle/job'
import { type JobRef, loadJobs } from '../lifecycle/job-store'
import { childrenOf } from '../lifecycle/open-store'
import { type TransitionItem, transitionEffect } from '../lifecycle/transition-effect'
import type { JobMetrics } from '../metrics/job-metrics'
import { type AbortReason, ActiveRun, type RunDeps } from './active-run'
import { EndedForGood, encodeResult, errorOf, RunAgain, retryOf, whileAway } from './outcome'

const LOAD_MAX = 500
/** How often a parent looks after children in other queues. */
const LOOK_MS = 1_000

export interface ProcessorDeps extends RunDeps {
  db: Db
  engine: Engine
  metrics: JobMetrics
  publicUrl: string | undefined
}

/** BullMQ's side of a job: the little that the processor needs of it. */
export type Ticketed = Pick<BullJob<{ tenant_id: string }>, 'id' | 'data' | 'moveToWaitingChildren' | 'moveToDelayed'>

/** Runs jobs: each change goes to PostgreSQL first; BullMQ learns the outcome from how the processor ends. */
export class Processor<Deps> {
  readonly active = new Map<string, ActiveRun>()
  private readonly loads: Batcher<JobRef, JobRow | undefined>

  constructor(
    private readonly platform: ProcessorDeps,
    private readonly handlers: ReadonlyMap<string, Handler<Deps>>,
    private readonly deps: Deps,
  ) {
    this.loads = new Batcher(async refs => {
      const found = await whileAway(() => loadJobs(platform.db, refs))
      return refs.map(ref => found.get(ref.id))
    }, LOAD_MAX)
  }

  async process(job: Ticketed, token: string): Promise<void> {
    const ref = { tenantId: job.data.tenant_id, id: job.id ?? '' }
    const row = await this.loads.ask(ref)
    // Its end was committed, but BullMQ did not hear of it; or the history was cleaned.
    if (row && !hasEnded(row.status)) await this.proceed(job, token, row)
  }

  private async proceed(job: Ticketed, token: string, row: JobRow): Promise<void> {
    if (row.cancel) return this.refuse(row)
    if (row.status === 'running') {
      if (row.awaits_children) return this.counted(row, undefined, () => this.endParent(job, token, row, row.attempt))
      return this.run(job, token, await this.takeOver(row))
    }
    return this.run(job, token, row)
  }

  /** BullMQ gives a running job to another worker when the first one has stalled. */
  private async takeOver(row: JobRow): Promise<JobRow> {
    this.platform.metrics.stalled(row)
    const { attempt, worker } = row
    const lost = await this.commit(row, { type: 'lose', attempt, worker: worker ?? '', reason: lossOf(row) })
    if (!lost || hasEnded(lost.state.status)) throw new EndedForGood(lost?.state.status ?? 'failed')
    return { ...row, ...lost.state }
  }

  private async refuse(row: JobRow): Promise<never> {
    await this.commit(row, { type: 'cancel' })
    throw new EndedForGood('cancelled')
  }

  /** The handler is through: the job ends with its children, or is parked until they have ended. */
  private async endParent(job: Ticketed, token: string, row: JobRow, attempt: number): Promise<void> {
    const error = (await this.waitForChildren(job, token, row)) === 'failed' ? CHILD_FAILED : null
    const result = await this.commit(row, { type: 'settle', attempt, error })
    if (result && result.state.status !== 'completed') throw new EndedForGood(result.state.status, error?.message)
  }

  /** @throws WaitingChildrenError or DelayedError when there is something to wait for */
  private async waitForChildren(job: Ticketed, token: string, row: JobRow): Promise<'failed' | 'done'> {
    const before = await this.childrenEnd(row)
    if (before) return before
    const waits = await job.moveToWaitingChildren(token).catch((error: Error) => {
      if (isChildFailure(error.message)) return 'failed' as const
      throw error
    })
    if (waits === true) throw new WaitingChildrenError()
    const after = waits === 'failed' ? waits : await this.childrenEnd(row)
    if (after) return after
    // BullMQ knows only of children in the parent's own queue.
    await job.moveToDelayed(Date.now() + LOOK_MS, token)
    throw new DelayedError()
  }

  /** What a parent comes to by its children; undefined while it has to wait for them. */
  private async childrenEnd({ tenant_id, id }: JobRow): Promise<'failed' | 'done' | undefined> {
    const children = await whileAway(() => childrenOf(this.platform.db, { tenantId: tenant_id, id }))
    if (children.failed) return 'failed'
    return children.open && !children.goOn ? undefined : 'done'
  }

  private async run(job: Ticketed, token: string, row: JobRow): Promise<void> {
    const handler = this.handlers.get(row.kind)
    if (!handler) {
      const error = { code: 'unknown_kind', message: `No handler for ${row.kind} in this version of the program` }
      await this.commit(row, { type: 'settle', attempt: row.attempt, error })
      throw new EndedForGood('failed')
    }
    const run = new ActiveRun(this.platform, row)
    this.active.get(row.id)?.abort('superseded')
    this.active.set(row.id, run)
    const endTimer = this.startClock(run, handler)
    const began = this.platform.metrics.started(row)
    try {
      await this.counted(row, began, () => this.perform(job, token, row, run, handler))
    } finally {
      clearTimeout(endTimer)
      if (this.active.get(row.id) === run) this.active.delete(row.id)
    }
  }

  /** @param began undefined when the time is not that of a run */
  private async counted(row: JobRow, began: number | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.platform.metrics.ended(row, 'completed', began)
    } catch (error) {
      if (error instanceof EndedForGood) this.platform.metrics.ended(row, error.outcome, began)
      throw error
    }
  }

  private startClock(run: ActiveRun, { kind }: Handler<Deps>) {
    const limit = kind.options.timeLimitMs
    return limit === undefined ? undefined : setTimeout(() => run.abort('timeout'), limit)
  }

  private async perform(job: Ticketed, token: string, row: JobRow, run: ActiveRun, handler: Handler<Deps>) {
    const started = run.commit({ type: 'start', at: new Date(), ...run.fence }).then(result => {
      if (!result?.applied) run.abort(result?.state.status === 'running' ? 'superseded' : 'cancel')
    })
    started.catch(() => run.abort('superseded'))
    let result: string | null
    try {
      result = encodeResult(await run.within(handler.work(run, JSON.parse(row.input), this.deps)))
    } catch (error) {
      return this.fail(row, run, handler, error)
    }
    const steps = run.close()
    this.mirror(row, run, handler)
    if (run.hasChildren) {
      await run.commit({ type: 'await_children', result, steps, ...run.fence })
      return this.endParent(job, token, row, run.attempt)
    }
    const ended = await run.commit({ type: 'complete', result, steps, ...run.fence })
    if (ended?.state.status === 'cancelled') throw new EndedForGood('cancelled')
  }

  private async fail(row: JobRow, run: ActiveRun, handler: Handler<Deps>, thrown: unknown): Promise<never> {
    const steps = run.close()
    this.mirror(row, run, handler)
    const { aborted } = run
    if (aborted === 'cancel') {
      await run.commit({ type: 'stop', steps, ...run.fence })
      throw new EndedForGood('cancelled')
    }
    const reason = lossBy(aborted, thrown)
    if (reason) {
      await run.commit({ type: 'lose', reason, ...run.fence })
      throw new RunAgain(reason, 0)
    }
    const error = errorOf(thrown, aborted, handler.kind)
    const retry = retryOf(thrown, row, handler.kind)
    const ended = await run.commit({ type: 'fail', error, steps, retry, ...run.fence })
    if (retry && ended?.state.status !== 'cancelled') throw new RunAgain(error.message, retry.delayMs)
    throw new EndedForGood(ended?.state.status ?? 'failed', error.message)
  }

  /** Copies the last lines to BullMQ's own job log, for Bull Board. */
  private mirror(row: JobRow, run: ActiveRun, { kind }: Handler<Deps>) {
    if (kind.options.silent || !run.mirror.length) return
    const { engine, publicUrl = '', log } = this.platform
    const link = `All lines: ${publicUrl}/jobs/${run.id}`
    engine
      .mirror({ queue: row.queue, id: run.id, lines: [...run.mirror, link], isFirst: run.attempt === 1 })
      .catch(againLater(log, 'Lines were not mirrored', { job_id: run.id }))
  }

  private commit(row: JobRow, change: TransitionItem['change']) {
    return this.platform.streams.commit(transitionEffect, { tenantId: row.tenant_id, id: row.id, change })
  }
}

/** Why a run is over through no fault of the job's; undefined when it is the job's own failure. */
function lossBy(aborted: AbortReason | undefined, thrown: unknown): string | undefined {
  if (aborted === 'shutdown') return 'its worker was stopped'
  if (aborted === 'superseded') return 'its worker lost its hold on the job'
  return aborted === undefined && isDatabaseOutage(thrown) ? 'PostgreSQL was away' : undefined
}

const lossOf = ({ worker }: JobRow) => `its worker (${worker ?? 'unknown'}) stopped without a word`

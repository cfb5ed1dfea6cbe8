import { type Job as BullJob, DelayedError, WaitingChildrenError } from 'bullmq'
import { Batcher } from '../../base/batcher'
import { type Db, isDatabaseOutage } from '../../base/db'
import type { JobOutcome } from '../../contract/jobs'
import type { Engine } from '../engine/engine'
import type { Handler } from '../kinds/handler'
import { RunLater } from '../kinds/run'
import { CHILD_FAILED, isChildFailure } from '../lifecycle/failure'
import { hasEnded, type JobRow } from '../lifecycle/job'
import { type JobRef, loadJobs } from '../lifecycle/job-store'
import { type Children, childrenOf, endsOf, isDecided } from '../lifecycle/open-store'
import { type TransitionItem, transitionEffect } from '../lifecycle/transition-effect'
import type { JobMetrics } from '../metrics/job-metrics'
import { type AbortReason, ActiveRun, type RunDeps } from './active-run'
import { EndedForGood, errorOf, RunAgain, resultOf, retryDuringOutage, retryOf } from './outcome'

const LOAD_MAX = 500
/** How often a parent checks on children in other queues. */
const CHILD_CHECK_MS = 1_000

export interface ProcessorDeps extends RunDeps {
  db: Db
  engine: Engine
  metrics: JobMetrics
}

/** The part of BullMQ's job that the processor needs. */
export type ClaimedJob = Pick<BullJob<{ tenant_id: string }>, 'id' | 'data' | 'moveToWaitingChildren' | 'moveToDelayed'>

/** Runs jobs. Each change is stored in PostgreSQL first; BullMQ learns the outcome from how `process` ends. */
export class Processor<Deps> {
  readonly active = new Map<string, ActiveRun>()
  /** When the starts of the active runs are stored. */
  private readonly starts = new Map<string, Promise<void>>()
  private readonly loads: Batcher<JobRef, JobRow | undefined>

  constructor(
    private readonly platform: ProcessorDeps,
    private readonly handlers: ReadonlyMap<string, Handler<Deps>>,
    private readonly deps: Deps,
  ) {
    this.loads = new Batcher(async refs => {
      const found = await retryDuringOutage(() => loadJobs(platform.db, refs))
      return refs.map(ref => found.get(ref.id))
    }, LOAD_MAX)
  }

  async process(job: ClaimedJob, token: string): Promise<void> {
    const ref = { tenantId: job.data.tenant_id, id: job.id ?? '' }
    // BullMQ may give a job that seemed to have stalled back to this process while its start is not stored yet. A second
    // run would have the same attempt and worker, so nothing could keep their lines apart.
    await this.starts.get(ref.id)
    // It is not told otherwise: BullMQ renews locks by job, whichever of its runs has them.
    this.active.get(ref.id)?.abort('superseded')
    const row = await this.loads.ask(ref)
    // Otherwise its end was committed but did not reach BullMQ, or the job was deleted.
    if (row && !hasEnded(row.status)) await this.proceed(job, token, row)
  }

  private async proceed(job: ClaimedJob, token: string, row: JobRow): Promise<void> {
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
    const lost = await this.commit(row, { type: 'lose', attempt, worker: worker ?? '', reason: stalledReason(row) })
    if (!lost || hasEnded(lost.state.status)) throw new EndedForGood(lost?.state.status ?? 'failed')
    return { ...row, ...lost.state }
  }

  private async refuse(row: JobRow): Promise<never> {
    await this.commit(row, { type: 'cancel' })
    throw new EndedForGood('cancelled')
  }

  /** The handler has returned: ends the job if its children have ended, or else makes it wait for them. */
  private async endParent(job: ClaimedJob, token: string, row: JobRow, attempt: number): Promise<void> {
    const children = await this.waitForChildren(job, token, row)
    const error = children.failed ? CHILD_FAILED : null
    const result = await this.commit(row, { type: 'settle', attempt, error, children: endsOf(children) })
    if (result && result.state.status !== 'completed') throw new EndedForGood(result.state.status, error?.message)
  }

  /** @throws WaitingChildrenError or DelayedError if children are still open */
  private async waitForChildren(job: ClaimedJob, token: string, row: JobRow): Promise<Children> {
    const before = await this.childrenOf(row)
    if (isDecided(before)) return before
    const waits = await job.moveToWaitingChildren(token).catch((error: Error) => {
      if (isChildFailure(error.message)) return false
      throw error
    })
    if (waits) throw new WaitingChildrenError()
    const after = await this.childrenOf(row)
    if (isDecided(after)) return after
    // BullMQ knows only about children in the parent's own queue, and may know of an end before it is stored.
    await job.moveToDelayed(Date.now() + CHILD_CHECK_MS, token)
    throw new DelayedError()
  }

  private childrenOf({ tenant_id, id }: JobRow): Promise<Children> {
    return retryDuringOutage(() => childrenOf(this.platform.db, { tenantId: tenant_id, id }))
  }

  private async run(job: ClaimedJob, token: string, row: JobRow): Promise<void> {
    const handler = this.handlers.get(row.kind)
    if (!handler) {
      const error = { code: 'unknown_kind', message: `This version of the program has no handler for ${row.kind}` }
      await this.commit(row, { type: 'settle', attempt: row.attempt, error })
      throw new EndedForGood('failed')
    }
    const run = new ActiveRun(this.platform, row)
    this.active.set(row.id, run)
    const limitTimer = this.startTimeLimit(run, handler)
    const startedAt = this.platform.metrics.started(row)
    const work = this.counted(row, startedAt, () => this.perform(job, token, row, run, handler)).finally(() => {
      clearTimeout(limitTimer)
      if (this.active.get(row.id) !== run) return
      this.active.delete(row.id)
      this.starts.delete(row.id)
    })
    return work
  }

  /** @param startedAt undefined if no run is to be timed */
  private async counted(row: JobRow, startedAt: number | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.platform.metrics.ended(row, 'completed', startedAt)
    } catch (error) {
      if (error instanceof EndedForGood) this.platform.metrics.ended(row, error.outcome, startedAt)
      throw error
    }
  }

  private startTimeLimit(run: ActiveRun, { kind }: Handler<Deps>) {
    const limit = kind.options.timeLimitMs
    return limit === undefined ? undefined : setTimeout(() => run.abort('timeout'), limit)
  }

  private async perform(job: ClaimedJob, token: string, row: JobRow, run: ActiveRun, handler: Handler<Deps>) {
    const started = run.commit({ type: 'start', at: new Date(), ...run.key }).then(result => {
      if (!result?.applied) run.abort(result?.state.status === 'running' ? 'superseded' : 'cancel')
    })
    this.starts.set(
      row.id,
      started.catch(() => run.abort('superseded')),
    )
    let returned: { result: string | null; outcome: JobOutcome }
    try {
      returned = resultOf(handler.kind, await run.within(handler.work(run, JSON.parse(row.input), this.deps)))
    } catch (error) {
      if (error instanceof RunLater && !run.aborted) return this.postpone(job, token, run, error.delayMs)
      return this.fail(row, run, handler, error)
    }
    const at = new Date()
    const steps = run.close()
    if (run.hasChildren) {
      await run.commit({ type: 'await_children', ...returned, steps, ...run.key })
      return this.endParent(job, token, row, run.attempt)
    }
    const ended = await run.commit({ type: 'complete', at, ...returned, steps, ...run.key })
    if (ended?.state.status === 'cancelled') throw new EndedForGood('cancelled')
  }

  /** @throws DelayedError, which gives the slot to another job */
  private async postpone(job: ClaimedJob, token: string, run: ActiveRun, delayMs: number): Promise<never> {
    const at = new Date()
    run.close()
    const result = await run.commit({ type: 'postpone', at, delayMs, ...run.key })
    if (result?.state.status === 'cancelled') throw new EndedForGood('cancelled')
    await job.moveToDelayed(at.getTime() + delayMs, token)
    throw new DelayedError()
  }

  private async fail(row: JobRow, run: ActiveRun, handler: Handler<Deps>, thrown: unknown): Promise<never> {
    const at = new Date()
    const steps = run.close()
    const { aborted } = run
    if (aborted === 'cancel') {
      await run.commit({ type: 'stop', steps, ...run.key })
      throw new EndedForGood('cancelled')
    }
    const reason = lossReason(aborted, thrown)
    if (reason) {
      await run.commit({ type: 'lose', reason, ...run.key })
      throw new RunAgain(reason, 0)
    }
    const error = errorOf(thrown, aborted, handler.kind)
    const retry = retryOf(thrown, row, handler.kind)
    const ended = await run.commit({ type: 'fail', at, error, steps, retry, ...run.key })
    if (retry && ended?.state.status !== 'cancelled') throw new RunAgain(error.message, retry.delayMs)
    throw new EndedForGood(ended?.state.status ?? 'failed', error.message)
  }

  private commit(row: JobRow, change: TransitionItem['change']) {
    return this.platform.streams.commit(transitionEffect, { tenantId: row.tenant_id, id: row.id, change })
  }
}

/** Why a run was lost through no fault of the job; undefined if it is the job's own failure. */
function lossReason(aborted: AbortReason | undefined, thrown: unknown): string | undefined {
  if (aborted === 'shutdown') return 'its worker was stopped'
  if (aborted === 'superseded') return 'its worker lost the job to another'
  return aborted === undefined && isDatabaseOutage(thrown) ? 'PostgreSQL was down' : undefined
}

const stalledReason = ({ worker }: JobRow) => `its worker (${worker ?? 'unknown'}) stopped unexpectedly`

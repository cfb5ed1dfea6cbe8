import type { Db } from '../../base/db'
import type { JobError, QueueName } from '../../contract/jobs'
import type { Writer } from '../../streams'
import type { Engine, Presence } from '../engine/engine'
import { storeBullFailure } from '../lifecycle/bull-failure'
import { type Enqueuer, queuedJobOf } from '../lifecycle/enqueue'
import { CHILD_FAILED } from '../lifecycle/failure'
import type { ChildEnds } from '../lifecycle/job'
import { childrenOf, endsOf, findOpen, isDecided, listOpen, type OpenJob } from '../lifecycle/open-store'
import { transitionEffect } from '../lifecycle/transition-effect'
import type { Change } from '../lifecycle/transitions'

const PAGE = 2_000
/** Max pages per pass; the next pass continues from there. */
const PAGES_MAX = 10
/** A job is in PostgreSQL slightly before it is in BullMQ. */
const GRACE_MS = 3_000
/** A cancel that no worker has completed after this time is completed without one. */
const CANCEL_MS = 5_000

export interface ReconcilerDeps {
  db: Db
  streams: Writer
  engine: Engine
  enqueuer: Enqueuer
  lockMs: number
  /** Whether a process of an old version runs this job, see `LegacyKeys`. */
  isRunElsewhere(jobId: string): boolean
}

/** Brings PostgreSQL and BullMQ back in sync after crashes, FLUSHALL or lost events. */
export class Reconciler {
  private after: string | null = null
  /** Since when running jobs have been missing in BullMQ. */
  private readonly missing = new Map<string, number>()

  constructor(private readonly deps: ReconcilerDeps) {}

  /** Compares open jobs, up to 20,000 of them. */
  async pass(): Promise<void> {
    const { db, engine } = this.deps
    for (let page = 0; page < PAGES_MAX && engine.isUp; page++) {
      const jobs = await listOpen(db, this.after, PAGE, GRACE_MS)
      await this.repair(jobs)
      this.after = jobs.length === PAGE ? (jobs.at(-1)?.id ?? null) : null
      if (this.after === null) return
    }
  }

  /** Compares those of these jobs that are still open. */
  async check(ids: readonly string[]): Promise<void> {
    if (ids.length) await this.repair(await findOpen(this.deps.db, ids))
  }

  private async repair(jobs: readonly OpenJob[]): Promise<void> {
    const known = jobs.length ? await this.deps.engine.presence(jobs) : []
    const work = jobs.map((job, i) => this.repairOne(job, known[i] ?? 'open'))
    await Promise.all(work)
  }

  private async repairOne(job: OpenJob, presence: Presence): Promise<void> {
    if (presence !== 'unknown') this.missing.delete(job.id)
    else if (this.deps.isRunElsewhere(job.id)) return
    if (job.status !== 'running') return presence === 'open' ? undefined : this.requeue(job, presence)
    if (job.cancel_at && Date.now() - job.cancel_at.getTime() > CANCEL_MS) return this.commit(job, { type: 'cancel' })
    if (presence === 'ended') return this.settleEnded(job)
    if (job.awaits_children) return this.repairParent(job, presence)
    if (presence === 'unknown') return this.giveUpRun(job)
  }

  private async requeue(job: OpenJob, presence: Presence) {
    const { engine, enqueuer } = this.deps
    if (presence === 'ended') await engine.remove(job.queue as QueueName, job.id)
    const result = await this.deps.streams.commit(transitionEffect, { ...refOf(job), change: { type: 'requeue' } })
    if (result?.applied) await enqueuer.add(queuedJobOf(job, (job.parent_queue as QueueName | null) ?? undefined))
  }

  /** Ends a parent whose children have all ended, in case BullMQ has lost count of them. */
  private async repairParent(job: OpenJob, presence: Presence) {
    const children = await childrenOf(this.deps.db, refOf(job))
    if (!isDecided(children)) return
    if (presence === 'open' && !this.isOverdue(job)) return
    await this.settle(job, children.failed ? CHILD_FAILED : null, endsOf(children))
    await this.deps.engine.remove(job.queue as QueueName, job.id)
  }

  /** Gives up a run that BullMQ has lost. A worker that is still running it finds out when it renews its lock. */
  private async giveUpRun(job: OpenJob) {
    if (!this.isOverdue(job)) return
    const { attempt, worker } = job
    await this.commit(job, { type: 'lose', attempt, worker: worker ?? '', reason: 'Redis lost the job' })
    const [now] = await findOpen(this.deps.db, [job.id])
    if (now && now.status !== 'running') await this.requeue(now, 'unknown')
  }

  private isOverdue({ id }: OpenJob): boolean {
    const since = this.missing.get(id)
    if (since === undefined) this.missing.set(id, Date.now())
    if (since === undefined || Date.now() - since < this.deps.lockMs) return false
    this.missing.delete(id)
    return true
  }

  private async settleEnded(job: OpenJob) {
    const reason = await this.deps.engine.failureReason(job.queue as QueueName, job.id)
    if (reason) await storeBullFailure(this.deps, job, reason)
    else await this.settle(job, null)
  }

  private settle(job: OpenJob, error: JobError | null, children?: ChildEnds) {
    return this.commit(job, { type: 'settle', attempt: job.attempt, error, ...(children && { children }) })
  }

  private async commit(job: OpenJob, change: Change) {
    await this.deps.streams.commit(transitionEffect, { ...refOf(job), change })
  }
}

const refOf = ({ tenant_id, id }: OpenJob) => ({ tenantId: tenant_id, id })

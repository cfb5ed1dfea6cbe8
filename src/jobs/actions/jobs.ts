import type { Transaction } from '../../base/db'
import { conflict, notFound } from '../../base/errors'
import { logRetryable } from '../../base/outage'
import type { Actor } from '../../contract/access'
import type { Job, QueueName } from '../../contract/jobs'
import type { TopicEntries } from '../../streams'
import { History } from '../history/history'
import { deleteEnded } from '../history/history-store'
import { toJob } from '../history/resource'
import type { AnyKind, Kind } from '../kinds/kind'
import { type EnqueueRequest, newItem } from '../lifecycle/enqueue'
import { enqueueEffect } from '../lifecycle/enqueue-effect'
import { hasEnded, type JobRow } from '../lifecycle/job'
import { type JobRef, loadJobs } from '../lifecycle/job-store'
import type { Reason } from '../lifecycle/reason'
import type { RequestItem } from '../lifecycle/request-effect'
import { type CancelDeps, cancelJob } from './cancel'
import { type RetryDeps, retryJob } from './retry'

/** A job that is to be created. */
export interface NewJob {
  kind: AnyKind
  input: unknown
  request: Omit<EnqueueRequest, 'parent' | 'key'>
}

export interface EnqueuedJob {
  job: Job
  /** `deduplicated`: `job` is the open job with the same dedupe key. */
  outcome: 'created' | 'replayed' | 'deduplicated'
}

/** A job that a request got: a new one, or an existing one that stands for it. */
export interface MadeJob {
  row: JobRow
  isNew: boolean
}

/** The interface to jobs for the rest of the program. */
export class Jobs extends History {
  readonly #deps: CancelDeps & RetryDeps

  constructor(deps: CancelDeps & RetryDeps) {
    super(deps.db)
    this.#deps = deps
  }

  /**
   * Creates a job. Resolves when it is durable; if Redis is down, the job runs later.
   * @throws Problem 400 when the input does not fit, 409 when the key was used for another request
   */
  async enqueue<Input, Given>(
    kind: Kind<Input, Given>,
    input: Given,
    request: Omit<EnqueueRequest, 'parent'>,
  ): Promise<EnqueuedJob> {
    return this.enqueueAny(kind, input, request)
  }

  /** The same for a kind whose type is not known at compile time. */
  async enqueueAny(kind: AnyKind, input: unknown, request: Omit<EnqueueRequest, 'parent'>): Promise<EnqueuedJob> {
    const { id, outcome, row } = await this.#deps.enqueuer.enqueue(kind, input, request)
    const job = row ? toJob(row) : await this.find({ tenantId: request.tenantId, id })
    return { job, outcome }
  }

  /**
   * Creates what a request asks for, all of it or nothing. Resolves when it is durable.
   * @returns `made`: the jobs in the order of the request
   * @throws Problem 409 when the key was used for another request, 404 when a job of an earlier one has been removed
   */
  async createRequested(request: RequestItem): Promise<{ made: [MadeJob, ...MadeJob[]]; isReplayed: boolean }> {
    const result = await this.#deps.enqueuer.create(request)
    const isReplayed = result.outcome === 'replayed'
    const wanted = isReplayed ? result.ids.map(id => ({ id, isNew: false })) : result.jobs
    const rows = new Map(request.jobs.map(({ row }) => [row.id, row]))
    const { tenant_id: tenantId } = request.jobs[0].row
    const others = wanted.filter(({ id }) => isReplayed || !rows.has(id)).map(({ id }) => ({ tenantId, id }))
    const existing = others.length ? await loadJobs(this.db, others) : undefined
    const made = wanted.map(({ id, isNew }) => {
      const row = existing?.get(id) ?? rows.get(id)
      if (!row) throw notFound('job')
      return { row, isNew }
    })
    return { made: made as [MadeJob, ...MadeJob[]], isReplayed }
  }

  /**
   * Creates jobs in a transaction of the streams writer, together with what they are about. BullMQ gets them after the
   * commit; if it does not, the reconciler adds them.
   * @returns the entries that the effect has to append
   */
  async enqueueIn(trx: Transaction, list: readonly NewJob[]): Promise<TopicEntries[]> {
    const items = list.map(({ kind, input, request }) => newItem(kind, input, request))
    const { results, entries } = await enqueueEffect.apply(trx, items)
    const rows = items.flatMap(({ row }, i) => (results[i]?.outcome === 'created' ? [row] : []))
    trx.executionPromise.then(
      () => this.place(rows),
      () => undefined, // after a rollback there are no jobs
    )
    return entries.flat()
  }

  private async place(rows: readonly JobRow[]) {
    const { enqueuer, log } = this.#deps
    await enqueuer.place(rows).catch(logRetryable(log, 'Jobs are not in their queue yet', {}, 'warn'))
  }

  /** Lets jobs that wait for their time run at once. Those that do not wait, or have ended, are left alone. */
  hasten(queue: QueueName, ids: readonly string[]): Promise<void> {
    return this.#deps.engine.hasten(queue, ids)
  }

  /** Cancels a job and everything below it. @throws Problem 404, or 409 when there is nothing left to cancel */
  async cancel(ref: JobRef, reason: Reason): Promise<Job> {
    return toJob(await cancelJob(this.#deps, ref, reason))
  }

  /** Runs a failed or cancelled job again. @throws Problem 404, or 409 in any other state */
  async retry(ref: JobRef, by: Actor): Promise<Job> {
    return toJob(await retryJob(this.#deps, ref, by))
  }

  /**
   * Deletes an ended job from the history.
   * @throws Problem 404, or 409 while it has not ended
   */
  async remove(ref: JobRef): Promise<void> {
    const row = await this.row(ref)
    if (!hasEnded(row.status)) throw conflict('job_open', 'The job has not ended: cancel it first.')
    await deleteEnded(this.db, ref.tenantId, [ref.id])
  }
}

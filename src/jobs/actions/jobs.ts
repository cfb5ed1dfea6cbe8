import { conflict } from '../../base/errors'
import type { Actor } from '../../contract/access'
import type { Job } from '../../contract/jobs'
import { History } from '../history/history'
import { deleteEnded } from '../history/history-store'
import { toJob } from '../history/resource'
import type { AnyKind, Kind } from '../kinds/kind'
import type { EnqueueRequest } from '../lifecycle/enqueue'
import { hasEnded } from '../lifecycle/job'
import type { JobRef } from '../lifecycle/job-store'
import type { Reason } from '../lifecycle/reason'
import { type CancelDeps, cancelJob } from './cancel'
import { type RetryDeps, retryJob } from './retry'

export interface EnqueuedJob {
  job: Job
  /** `deduplicated`: `job` is the open job with the same dedupe key. */
  outcome: 'created' | 'replayed' | 'deduplicated'
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

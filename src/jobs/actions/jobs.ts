import type { Actor } from '../../access'
import { conflict, notFound } from '../../base/errors'
import type { Core } from '../core'
import { encodeCursor, type JobFilter } from '../history/filter'
import {
  countJobs,
  countTree,
  deleteEnded,
  listAttempts,
  listIds,
  listJobs,
  readTree,
  type TreeRow,
} from '../history/history-store'
import { type Attempt, attemptsOf, type Job, toJob } from '../history/resource'
import type { AnyKind, Kind } from '../kinds/kind'
import type { QueueName } from '../kinds/queues'
import type { EnqueueRequest } from '../lifecycle/enqueue'
import { hasEnded, type JobRow } from '../lifecycle/job'
import { findJob, type JobRef } from '../lifecycle/job-store'
import { controlQueue } from '../queues/queue-control'
import { cancelJob, type Reason } from './cancel'
import { retryJob } from './retry'

export const TREE_MAX = 1_000
const TREE_IDS_MAX = 10_000

export interface EnqueuedJob {
  job: Job
  /** `deduplicated`: an open job that stands for it. */
  outcome: 'created' | 'replayed' | 'deduplicated'
}

export interface TreeNode extends Omit<TreeRow, 'created_at' | 'started_at' | 'ended_at'> {
  created_at: string
  started_at: string | null
  ended_at: string | null
  children: TreeNode[]
}

/** What the rest of the program can do with jobs. */
export class Jobs {
  readonly #core: Core

  constructor(core: Core) {
    this.#core = core
  }

  /**
   * Makes a job. Durable when this resolves; while Redis is away it is run later.
   * @throws Problem 400 when the input does not fit, 409 when the key was used for something else
   */
  async enqueue<Input, Given>(
    kind: Kind<Input, Given>,
    input: Given,
    request: Omit<EnqueueRequest, 'parent'>,
  ): Promise<EnqueuedJob> {
    return this.enqueueAny(kind, input, request)
  }

  /** The same for a kind that is known by its name only. */
  async enqueueAny(kind: AnyKind, input: unknown, request: Omit<EnqueueRequest, 'parent'>): Promise<EnqueuedJob> {
    const { id, outcome, row } = await this.#core.enqueuer.enqueue(kind, input, request)
    const job = row ? toJob(row) : await this.find({ tenantId: request.tenantId, id })
    return { job, outcome }
  }

  /** @throws Problem 404 */
  async find(ref: JobRef): Promise<Job> {
    return toJob(await this.row(ref))
  }

  async exists(ref: JobRef): Promise<boolean> {
    return (await findJob(this.#core.db, ref)) !== undefined
  }

  private async row(ref: JobRef): Promise<JobRow> {
    const row = await findJob(this.#core.db, ref)
    if (!row) throw notFound('job')
    return row
  }

  /** Newest first. */
  async list(tenantId: string, filter: JobFilter, page: { cursor?: string | undefined; limit: number }) {
    const { cursor: before, limit } = page
    const found = await listJobs(this.#core.db, tenantId, filter, { before, limit: limit + 1 })
    const items = found.slice(0, limit).map(toJob)
    const last = items.at(-1)
    return { items, next_cursor: found.length > limit && last ? encodeCursor(last.id) : null }
  }

  /** @param upTo as of `ids` */
  count(tenantId: string, filter: JobFilter, upTo?: string): Promise<number> {
    return countJobs(this.#core.db, tenantId, filter, upTo)
  }

  /** A page of ids for a bulk action, oldest first, of jobs that were as they are when the id `upTo` was made. */
  ids(tenantId: string, filter: JobFilter, page: { after: string | undefined; upTo: string; limit: number }) {
    return listIds(this.#core.db, tenantId, filter, page)
  }

  /** A job with its descendants, at most 1,000 jobs in all; `counts` is about all of them. */
  async tree(ref: JobRef, limit = TREE_MAX) {
    const [found, counts] = await Promise.all([readTree(this.#core.db, ref, limit + 1), countTree(this.#core.db, ref)])
    const job = nest(found.slice(0, limit))
    if (!job) throw notFound('job')
    return { job, counts, truncated: found.length > limit }
  }

  /** A job and its descendants, parents first, at most 10,000; empty when there is no such job. */
  async treeIds(ref: JobRef): Promise<string[]> {
    return (await readTree(this.#core.db, ref, TREE_IDS_MAX)).map(({ id }) => id)
  }

  async attempts(ref: JobRef): Promise<Attempt[]> {
    const row = await this.row(ref)
    return attemptsOf(row, await listAttempts(this.#core.db, ref))
  }

  async cancel(ref: JobRef, reason: Reason): Promise<Job> {
    return toJob(await cancelJob(this.#core, ref, reason))
  }

  async retry(ref: JobRef, by: Actor): Promise<Job> {
    return toJob(await retryJob(this.#core, ref, by))
  }

  /** The queue of a kind; undefined when there is no such kind. */
  queueOf(kind: string): QueueName | undefined {
    return this.#core.kinds.get(kind)?.queue
  }

  /** Starts no more jobs of a queue, in all processes. @throws Problem 404 */
  pause(queue: string, { reason, by }: Reason): Promise<void> {
    return controlQueue(this.#core, queue, true, reason, by)
  }

  /** @throws Problem 404 */
  resume(queue: string, { reason, by }: Reason): Promise<void> {
    return controlQueue(this.#core, queue, false, reason, by)
  }

  /**
   * Takes an ended job out of the history.
   * @throws Problem 404, or 409 while it has not ended
   */
  async remove(ref: JobRef): Promise<void> {
    const row = await this.row(ref)
    if (!hasEnded(row.status)) throw conflict('job_open', 'The job has not ended: cancel it first.')
    await deleteEnded(this.#core.db, ref.tenantId, [ref.id])
  }
}

/** Rows come parents first. */
function nest(found: readonly TreeRow[]): TreeNode | undefined {
  const nodes = new Map<string, TreeNode>()
  for (const row of found) {
    const { created_at, started_at, ended_at, ...rest } = row
    const times = {
      created_at: created_at.toISOString(),
      started_at: started_at?.toISOString() ?? null,
      ended_at: ended_at?.toISOString() ?? null,
    }
    const node: TreeNode = { ...rest, ...times, children: [] }
    nodes.set(row.id, node)
    if (nodes.size > 1) nodes.get(row.parent_id ?? '')?.children.push(node)
  }
  return nodes.values().next().value
}

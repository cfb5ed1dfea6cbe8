import { pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { type CreatedOrder, uuid } from '../../contract/fields'
import { type Attempt, type Job, type JobFilter, type JobStatus, TREE_MAX } from '../../contract/jobs'
import type { JobRow } from '../lifecycle/job'
import { findJob, type JobRef } from '../lifecycle/job-store'
import { countByStatus, countJobs, countTree, listAttempts, listIds, listJobs, readTree } from './history-store'
import { attemptsOf, toJob } from './resource'
import { nest } from './tree'

const TREE_IDS_MAX = 10_000

interface ListPlace {
  sort?: CreatedOrder | undefined
  cursor?: string | undefined
  limit: number
}

/** Reads jobs, whether open or ended. */
export class History {
  constructor(protected readonly db: Db) {}

  /** @throws Problem 404 */
  async find(ref: JobRef): Promise<Job> {
    return toJob(await this.row(ref))
  }

  /** @throws Problem 404 */
  protected async row(ref: JobRef): Promise<JobRow> {
    const row = await findJob(this.db, ref)
    if (!row) throw notFound('job')
    return row
  }

  /** A page of jobs. @throws Problem 400 for a cursor of another list */
  async list(tenantId: string, filter: JobFilter, { cursor, limit, sort }: ListPlace) {
    const page = { isOldestFirst: sort === 'created', after: readCursor(cursor, uuid), limit: limit + 1 }
    const found = await listJobs(this.db, tenantId, filter, page)
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return { items: items.map(toJob), next_cursor }
  }

  /** @param upTo as for `ids` */
  count(tenantId: string, filter: JobFilter, upTo?: string): Promise<number> {
    return countJobs(this.db, tenantId, filter, upTo)
  }

  /** How many jobs a filter selects, by status. */
  countByStatus(tenantId: string, filter: JobFilter): Promise<Partial<Record<JobStatus, number>>> {
    return countByStatus(this.db, tenantId, filter)
  }

  /** A page of ids for a bulk action, oldest first: jobs created before the id `upTo` that have not ended since. */
  ids(tenantId: string, filter: JobFilter, page: { after: string | undefined; upTo: string; limit: number }) {
    return listIds(this.db, tenantId, filter, page)
  }

  /** A job with its descendants, at most 1,000 jobs; the counts cover all descendants. @throws Problem 404 */
  async tree(ref: JobRef, limit = TREE_MAX) {
    const [found, counted] = await Promise.all([readTree(this.db, ref, limit + 1), countTree(this.db, ref)])
    const job = nest(found.slice(0, limit))
    if (!job) throw notFound('job')
    return { job, ...counted, truncated: found.length > limit }
  }

  /** Ids of a job and its descendants, parents first, at most 10,000; empty if there is no such job. */
  async treeIds(ref: JobRef): Promise<string[]> {
    return (await readTree(this.db, ref, TREE_IDS_MAX)).map(({ id }) => id)
  }

  /** All attempts, oldest first. @throws Problem 404 */
  async attempts(ref: JobRef): Promise<Attempt[]> {
    const row = await this.row(ref)
    return attemptsOf(row, await listAttempts(this.db, ref))
  }
}

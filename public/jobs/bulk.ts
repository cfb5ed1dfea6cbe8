import type { RequestOf, RouteAt } from '../../src/contract/api'
import type { Job } from '../../src/contract/jobs'
import { client } from '../api'
import { type JobFilters, jobParams } from './filters'

type Body = RequestOf<RouteAt<'post', '/api/jobs/actions'>>['body']
export type BulkAction = Body['action']
/** Selects jobs by id, or all that match. */
export type BulkFilter = Body['filter']

/** The filters of the page, with the period counted back from now. Without filters it selects all jobs. */
export function filterOf(filters: JobFilters): BulkFilter {
  const { roots, ...given } = jobParams(filters)
  const filter = { ...given, ...(roots && { roots: true }) }
  return Object.keys(filter).length > 0 ? filter : { all: true }
}

/** How many jobs an action would affect. */
export const countFor = async (action: BulkAction, filter: BulkFilter) =>
  (await client.post('/api/jobs/actions', { body: { action, filter, dry_run: true } })).count

/** Starts a bulk action. @returns its job */
export async function startBulk(action: BulkAction, filter: BulkFilter, reason: string): Promise<Job> {
  const reply = await client.post('/api/jobs/actions', { body: { action, filter, reason } })
  if (!('job' in reply)) throw new Error('The server only counted the jobs.')
  return reply.job
}

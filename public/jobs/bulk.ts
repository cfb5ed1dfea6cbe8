import type { RequestOf, RouteAt } from '../../src/contract/api'
import type { BulkPreview, Job } from '../../src/contract/jobs'
import { counted, formatCount } from '../../text/numbers'
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

/** What an action would do, without doing it. */
export async function preview(action: BulkAction, filter: BulkFilter): Promise<BulkPreview> {
  const reply = await client.post('/api/jobs/actions', { body: { action, filter, dry_run: true } })
  if ('job' in reply) throw new Error('The server did not only count the jobs.')
  return reply
}

/** `3 jobs`, or `1 of 2 jobs, 1 skipped: completed`. */
export function previewWords({ matched, applicable, skipped }: BulkPreview): string {
  const reasons = Object.entries(skipped)
  if (reasons.length === 0) return counted(applicable, 'job')
  const words = reasons.map(([status, count = 0]) =>
    reasons.length === 1 ? status : `${formatCount(count)} ${status}`,
  )
  const left = formatCount(matched - applicable)
  return `${formatCount(applicable)} of ${counted(matched, 'job')}, ${left} skipped: ${words.join(', ')}`
}

/** Starts a bulk action. @returns its job */
export async function startBulk(action: BulkAction, filter: BulkFilter, reason: string): Promise<Job> {
  const reply = await client.post('/api/jobs/actions', { body: { action, filter, reason } })
  if (!('job' in reply)) throw new Error('The server only counted the jobs.')
  return reply.job
}

import type { Audit } from '../../access'
import { accepted, type Endpoint, endpoint, may, ok } from '../../api'
import { Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import { type BulkPreview, type JobStatus, jobRoutes as routes } from '../../contract/jobs'
import { bulkAction, possibleFilter } from '../builtins/bulk-action'
import { linksOf } from '../history/resource'
import type { Jobs } from './jobs'

/** An action on every job that matches a filter, run as a job of its own. */
export const bulkRoutes = ({ jobs, audit }: { jobs: Jobs; audit: Audit }): Endpoint[] => [
  endpoint(routes.bulk, async ({ principal, body: { action, filter: given, dry_run, reason } }) => {
    const { tenantId, actor } = principal
    if (action === 'remove' && !may(principal, 'admin'))
      throw new Problem(403, 'forbidden', 'Only an admin may remove jobs from the history.')
    const { all: _, ...filter } = given
    const possible = possibleFilter(action, filter)
    if (dry_run) return ok(previewOf(await jobs.countByStatus(tenantId, filter), possible.status))
    const count = await jobs.count(tenantId, possible)
    const input = { action, filter, reason, up_to: newId() }
    const { job } = await jobs.enqueue(bulkAction, input, { tenantId, createdBy: actor, reason })
    const target = { type: 'job', id: job.id }
    await audit.record({ by: principal, action: `job.${action}_all`, target, reason, data: { filter: given, count } })
    return accepted({ count, job, links: linksOf(job.id) })
  }),
]

function previewOf(counts: Partial<Record<JobStatus, number>>, possible: readonly string[]): BulkPreview {
  const entries = Object.entries(counts) as [JobStatus, number][]
  const sumOf = (some: typeof entries) => some.reduce((sum, [, count]) => sum + count, 0)
  const applicable = sumOf(entries.filter(([status]) => possible.includes(status)))
  const skipped = Object.fromEntries(entries.filter(([status]) => !possible.includes(status)))
  return { matched: sumOf(entries), applicable, count: applicable, skipped }
}

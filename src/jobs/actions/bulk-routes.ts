import { type Audit, type Endpoint, endpoint, may } from '../../access'
import { Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import { z } from '../../base/parse'
import { BULK_ACTIONS, bulkAction, possibleFilter } from '../builtins/bulk-action'
import { bulkFilter } from '../history/filter'
import { jobSchema, linksOf, linksSchema } from '../history/resource'
import { reasonSchema } from '../lifecycle/reason'
import type { Jobs } from './jobs'

/** Something done to every job that a filter finds, as a job of its own; first with `dry_run` to see how many. */
export const bulkRoutes = ({ jobs, audit }: { jobs: Jobs; audit: Audit }): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/api/jobs/actions',
    role: 'operator',
    summary:
      'Cancels, retries or removes all jobs that a filter finds, or with `{"all": true}` all; `dry_run` only counts them.',
    body: z.strictObject({
      action: z.enum(BULK_ACTIONS),
      filter: bulkFilter,
      dry_run: z.boolean().default(false),
      reason: reasonSchema.default('bulk action'),
    }),
    replies: {
      200: z.object({ count: z.number() }),
      202: z.object({ count: z.number(), job: jobSchema, links: linksSchema }),
    },
    async handle({ principal, body: { action, filter, dry_run, reason } }) {
      const { tenantId, actor } = principal
      if (action === 'remove' && !may(principal, 'admin'))
        throw new Problem(403, 'forbidden', 'Only an admin may remove jobs from the history.')
      const { all: _, ...meant } = filter
      const count = await jobs.count(tenantId, possibleFilter(action, meant))
      if (dry_run) return { status: 200, body: { count } }
      const input = { action, filter: meant, reason, up_to: newId() }
      const { job } = await jobs.enqueue(bulkAction, input, { tenantId, createdBy: actor, reason })
      const target = { type: 'job', id: job.id }
      await audit.record({ by: principal, action: `job.${action}_all`, target, reason, data: { filter, count } })
      return { status: 202, body: { count, job, links: linksOf(job.id) } }
    },
  }),
]

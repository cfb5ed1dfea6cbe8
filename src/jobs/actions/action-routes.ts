import type { Audit } from '../../access'
import { accepted, type Endpoint, endpoint } from '../../api'
import { jobRoutes as routes } from '../../contract/jobs'
import { linksOf, shownTo } from '../history/resource'
import type { Jobs } from './jobs'

export interface ActionRoutesDeps {
  jobs: Jobs
  audit: Audit
}

/** Cancels and retries jobs. */
export const actionRoutes = ({ jobs, audit }: ActionRoutesDeps): Endpoint[] => [
  endpoint(routes.cancel, async ({ principal, params: { id }, body: { reason } }) => {
    const { tenantId, actor: by } = principal
    const job = await jobs.cancel({ tenantId, id }, { reason, by })
    await audit.record({ by: principal, action: 'job.cancel', target: { type: 'job', id }, reason })
    return accepted({ job: shownTo(principal, job) })
  }),
  endpoint(routes.retry, async ({ principal, params: { id }, body }) => {
    const { tenantId, actor } = principal
    const job = await jobs.retry({ tenantId, id }, actor)
    await audit.record({ by: principal, action: 'job.retry', target: { type: 'job', id }, reason: body?.reason })
    return accepted({ job: shownTo(principal, job), links: linksOf(id) })
  }),
]

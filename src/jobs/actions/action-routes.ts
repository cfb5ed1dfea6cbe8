import type { Audit } from '../../access'
import { accepted, type Endpoint, endpoint } from '../../api'
import { jobRoutes as routes } from '../../contract/jobs'
import { linksOf, shownTo } from '../history/resource'
import type { AnyKind } from '../kinds/kind'
import { startableKind } from '../kinds/kind'
import { REPLAYED, requestKeyOf } from '../lifecycle/request-key'
import type { Jobs } from './jobs'

export interface ActionRoutesDeps {
  jobs: Jobs
  kinds: ReadonlyMap<string, AnyKind>
  audit: Audit
}

/** Creates, cancels and retries jobs. */
export const actionRoutes = ({ jobs, kinds, audit }: ActionRoutesDeps): Endpoint[] => [
  endpoint(routes.create, async ({ principal, body, req }) => {
    const kind = startableKind(kinds, body.kind)
    const { job, outcome } = await jobs.enqueueAny(kind, body.input ?? {}, {
      tenantId: principal.tenantId,
      createdBy: principal.actor,
      priority: body.priority,
      delayMs: body.delay_ms,
      reason: body.reason,
      key: requestKeyOf(req.headers['idempotency-key'], body),
    })
    if (outcome === 'created') {
      const target = { type: 'job', id: job.id }
      const data = { kind: kind.name }
      await audit.record({ by: principal, action: 'job.create', target, reason: body.reason, data })
    }
    const reply = { job: shownTo(principal, job), links: linksOf(job.id) }
    return accepted(reply, outcome === 'replayed' ? REPLAYED : undefined)
  }),
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

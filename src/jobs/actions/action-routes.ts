import { createHash } from 'node:crypto'
import type { Audit } from '../../access'
import { accepted, type Endpoint, endpoint } from '../../api'
import { badRequest } from '../../base/errors'
import { jobRoutes as routes } from '../../contract/jobs'
import { linksOf, shownTo } from '../history/resource'
import type { AnyKind } from '../kinds/kind'
import { startableKind } from '../kinds/kind'
import type { Jobs } from './jobs'

const KEY = /^[\x21-\x7e]{1,200}$/

export interface ActionRoutesDeps {
  jobs: Jobs
  kinds: ReadonlyMap<string, AnyKind>
  audit: Audit
}

/** Creates, cancels and retries jobs. */
export const actionRoutes = ({ jobs, kinds, audit }: ActionRoutesDeps): Endpoint[] => [
  endpoint(routes.create, async ({ principal, body, req }) => {
    const kind = startableKind(kinds, body.kind)
    const given = req.headers['idempotency-key']
    const { job, outcome } = await jobs.enqueueAny(kind, body.input ?? {}, {
      tenantId: principal.tenantId,
      createdBy: principal.actor,
      priority: body.priority,
      delayMs: body.delay_ms,
      reason: body.reason,
      key: given === undefined ? undefined : { key: keyOf(given), bodyHash: hashOf(body) },
    })
    if (outcome === 'created') {
      const target = { type: 'job', id: job.id }
      const data = { kind: kind.name }
      await audit.record({ by: principal, action: 'job.create', target, reason: body.reason, data })
    }
    const headers = outcome === 'replayed' ? { 'Idempotency-Replayed': 'true' } : undefined
    return accepted({ job: shownTo(principal, job), links: linksOf(job.id) }, headers)
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

function keyOf(given: string | string[]): string {
  if (typeof given === 'string' && KEY.test(given)) return `request:${given}`
  throw badRequest([{ path: 'header.idempotency-key', message: 'must be 1 to 200 visible ASCII characters' }])
}

/** Does not depend on the order of fields. */
function hashOf(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return fields.map(([name, field]) => [name, sorted(field)])
}

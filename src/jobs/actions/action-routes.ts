import { createHash } from 'node:crypto'
import { type Audit, type Endpoint, endpoint } from '../../access'
import { badRequest } from '../../base/errors'
import { z } from '../../base/parse'
import { jobSchema, linksOf, linksSchema, params } from '../history/resource'
import { shownTo } from '../history/shown'
import type { AnyKind } from '../kinds/kind'
import { reasonSchema } from '../lifecycle/reason'
import type { Jobs } from './jobs'

const DELAY_MS_MAX = 365 * 24 * 60 * 60_000
const PRIORITY_MAX = 2_097_151
const KEY = /^[\x21-\x7e]{1,200}$/

export interface ActionRoutesDeps {
  jobs: Jobs
  kinds: ReadonlyMap<string, AnyKind>
  audit: Audit
}

const accepted = z.object({ job: jobSchema, links: linksSchema })

const creation = z.strictObject({
  kind: z.string(),
  input: z.unknown().optional(),
  priority: z.number().int().min(0).max(PRIORITY_MAX).optional(),
  delay_ms: z.number().int().min(0).max(DELAY_MS_MAX).optional(),
  reason: reasonSchema.optional(),
})

/** Creates, cancels and retries jobs. */
export function actionRoutes(deps: ActionRoutesDeps): Endpoint[] {
  return [createRoute(deps), cancelRoute(deps), retryRoute(deps)]
}

function createRoute({ jobs, kinds, audit }: ActionRoutesDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/jobs',
    role: 'operator',
    summary: 'Makes a job. With an `Idempotency-Key`, asking again within 24 hours answers the same job.',
    body: creation,
    bodyBytesMax: 1024 * 1024,
    replies: { 202: accepted },
    async handle({ principal, body, req }) {
      const kind = kinds.get(body.kind)
      if (!kind || kind.options.byRequest === false)
        throw badRequest([{ path: 'body.kind', message: `There is no kind of this name. Kinds: ${namesOf(kinds)}` }])
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
        await audit.record({
          by: principal,
          action: 'job.create',
          target,
          reason: body.reason,
          data: { kind: kind.name },
        })
      }
      const replayed = outcome === 'replayed' && { headers: { 'Idempotency-Replayed': 'true' } }
      return { status: 202, body: { job: shownTo(principal, job), links: linksOf(job.id) }, ...replayed }
    },
  })
}

const namesOf = (kinds: ReadonlyMap<string, AnyKind>) =>
  [...kinds.values()]
    .filter(kind => kind.options.byRequest !== false)
    .map(kind => kind.name)
    .join(', ')

function keyOf(given: string | string[]): string {
  if (typeof given === 'string' && KEY.test(given)) return `request:${given}`
  throw badRequest([{ path: 'header.idempotency-key', message: 'must be 1 to 200 visible ASCII characters' }])
}

/** The same whatever the order of the fields. */
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

function cancelRoute({ jobs, audit }: ActionRoutesDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/jobs/{id}/cancel',
    role: 'operator',
    summary: 'Cancels a job and all that it has spawned, wherever they run.',
    params,
    body: z.strictObject({ reason: reasonSchema }),
    replies: { 202: z.object({ job: jobSchema }) },
    async handle({ principal, params: { id }, body }) {
      const { tenantId, actor: by } = principal
      const job = await jobs.cancel({ tenantId, id }, { reason: body.reason, by })
      await audit.record({ by: principal, action: 'job.cancel', target: { type: 'job', id }, reason: body.reason })
      return { status: 202, body: { job: shownTo(principal, job) } }
    },
  })
}

function retryRoute({ jobs, audit }: ActionRoutesDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/jobs/{id}/retry',
    role: 'operator',
    summary: 'Runs a failed or cancelled job again; its earlier attempts stay in its history.',
    params,
    body: z.strictObject({ reason: reasonSchema.optional() }).optional(),
    replies: { 202: accepted },
    async handle({ principal, params: { id }, body }) {
      const { tenantId, actor } = principal
      const job = await jobs.retry({ tenantId, id }, actor)
      await audit.record({ by: principal, action: 'job.retry', target: { type: 'job', id }, reason: body?.reason })
      return { status: 202, body: { job: shownTo(principal, job), links: linksOf(id) } }
    },
  })
}

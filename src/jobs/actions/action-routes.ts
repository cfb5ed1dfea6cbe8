import { createHash } from 'node:crypto'
import { type Audit, type Endpoint, endpoint, may, ok, type Principal, pageOf, runsInstallation } from '../../access'
import { badRequest } from '../../base/errors'
import { pageSize, uuid, z } from '../../base/parse'
import { isFoundIn, redact } from '../../base/redact'
import { listQuery } from '../history/filter'
import { attemptSchema, type Job, jobSchema, linksOf, linksSchema } from '../history/resource'
import type { AnyKind } from '../kinds/kind'
import { STATUSES } from '../lifecycle/job'
import { type Jobs, TREE_MAX } from './jobs'

const DELAY_MS_MAX = 365 * 24 * 60 * 60_000
const PRIORITY_MAX = 2_097_151
export const reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\0\p{Surrogate}]*$/u, 'must not hold NUL or half characters')
const KEY = /^[\x21-\x7e]{1,200}$/

export interface RoutesDeps {
  jobs: Jobs
  kinds: ReadonlyMap<string, AnyKind>
  audit: Audit
}

const params = z.strictObject({ id: uuid.transform(id => id.toLowerCase()) })
const accepted = z.object({ job: jobSchema, links: linksSchema })

const creation = z.strictObject({
  kind: z.string(),
  input: z.unknown().optional(),
  priority: z.number().int().min(0).max(PRIORITY_MAX).optional(),
  delay_ms: z.number().int().min(0).max(DELAY_MS_MAX).optional(),
  reason: reason.optional(),
})

export function jobRoutes(deps: RoutesDeps): Endpoint[] {
  return [...readRoutes(deps), createRoute(deps), cancelRoute(deps), retryRoute(deps)]
}

function readRoutes({ jobs }: RoutesDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs',
      role: 'viewer',
      summary: 'Lists jobs, newest first.',
      query: listQuery,
      replies: { 200: pageOf(jobSchema) },
      async handle({ principal, query: { limit, cursor, ...filter } }) {
        const { items, next_cursor } = await jobs.list(principal.tenantId, filter, { limit, cursor })
        const shown = items.map(job => shownTo(principal, job))
        const seesAll = may(principal, 'operator')
        return ok({ items: shown.filter(job => seesAll || isFoundIn(job, filter.q)), next_cursor })
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}',
      role: 'viewer',
      summary: 'A job.',
      params,
      replies: { 200: jobSchema.extend({ links: linksSchema }) },
      async handle({ principal, params: { id } }) {
        const job = await jobs.find({ tenantId: principal.tenantId, id })
        return ok({ ...shownTo(principal, job), links: linksOf(id) })
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/tree',
      role: 'viewer',
      summary: 'A job with all that it has spawned, up to `limit` jobs; `counts` is about all of them.',
      params,
      query: z.strictObject({ limit: pageSize(TREE_MAX, TREE_MAX) }),
      replies: { 200: treeSchema },
      handle: async ({ principal: { tenantId }, params: { id }, query: { limit } }) =>
        ok(await jobs.tree({ tenantId, id }, limit)),
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/attempts',
      role: 'viewer',
      summary: 'Every attempt at a job, oldest first.',
      params,
      replies: { 200: z.object({ items: z.array(attemptSchema), next_cursor: z.null() }) },
      async handle({ principal, params: { id } }) {
        const items = await jobs.attempts({ tenantId: principal.tenantId, id })
        return ok({ items: items.map(each => withoutWorker(principal, each)), next_cursor: null })
      },
    }),
  ]
}

/**
 * Who only looks on is not shown what looks like a secret in what a job was given and what came of it; nor is another
 * tenant shown which machine of the installation ran it.
 */
function shownTo(principal: Principal, given: Job): Job {
  const job = withoutWorker(principal, given)
  if (may(principal, 'operator')) return job
  return { ...job, input: redact(job.input), result: redact(job.result), error: redact(job.error) as Job['error'] }
}

const withoutWorker = <T extends { worker: string | null }>(principal: Principal, shown: T): T =>
  runsInstallation(principal) ? shown : { ...shown, worker: null }

const nodeSchema: z.ZodType = z.lazy(() =>
  z.object({
    id: z.string(),
    parent_id: z.string().nullable(),
    kind: z.string(),
    queue: z.string(),
    status: z.enum(STATUSES),
    attempt: z.number(),
    created_at: z.string(),
    started_at: z.string().nullable(),
    ended_at: z.string().nullable(),
    children: z.array(nodeSchema),
  }),
)
const treeSchema = z.object({
  job: nodeSchema,
  counts: z.partialRecord(z.enum(STATUSES), z.number()),
  truncated: z.boolean(),
})

function createRoute({ jobs, kinds, audit }: RoutesDeps): Endpoint {
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

function cancelRoute({ jobs, audit }: RoutesDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/jobs/{id}/cancel',
    role: 'operator',
    summary: 'Cancels a job and all that it has spawned, wherever they run.',
    params,
    body: z.strictObject({ reason }),
    replies: { 202: z.object({ job: jobSchema }) },
    async handle({ principal, params: { id }, body }) {
      const { tenantId, actor: by } = principal
      const job = await jobs.cancel({ tenantId, id }, { reason: body.reason, by })
      await audit.record({ by: principal, action: 'job.cancel', target: { type: 'job', id }, reason: body.reason })
      return { status: 202, body: { job: shownTo(principal, job) } }
    },
  })
}

function retryRoute({ jobs, audit }: RoutesDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/jobs/{id}/retry',
    role: 'operator',
    summary: 'Runs a failed or cancelled job again; its earlier attempts stay in its history.',
    params,
    body: z.strictObject({ reason: reason.optional() }).optional(),
    replies: { 202: accepted },
    async handle({ principal, params: { id }, body }) {
      const { tenantId, actor } = principal
      const job = await jobs.retry({ tenantId, id }, actor)
      await audit.record({ by: principal, action: 'job.retry', target: { type: 'job', id }, reason: body?.reason })
      return { status: 202, body: { job: shownTo(principal, job), links: linksOf(id) } }
    },
  })
}

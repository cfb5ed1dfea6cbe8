import { type Endpoint, endpoint, may, ok, pageOf } from '../../access'
import { pageSize, z } from '../../base/parse'
import { isFoundIn } from '../../base/redact'
import { STATUSES } from '../lifecycle/job'
import { listQuery } from './filter'
import { type History, TREE_MAX } from './history'
import { attemptSchema, jobSchema, linksOf, linksSchema, params } from './resource'
import { shownTo, withoutWorker } from './shown'

/** Reads jobs. */
export function jobRoutes(history: History): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/jobs',
      role: 'viewer',
      summary: 'Lists jobs, newest first.',
      query: listQuery,
      replies: { 200: pageOf(jobSchema) },
      async handle({ principal, query: { limit, cursor, ...filter } }) {
        const { items, next_cursor } = await history.list(principal.tenantId, filter, { limit, cursor })
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
        const job = await history.find({ tenantId: principal.tenantId, id })
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
        ok(await history.tree({ tenantId, id }, limit)),
    }),
    endpoint({
      method: 'get',
      path: '/api/jobs/{id}/attempts',
      role: 'viewer',
      summary: 'Every attempt at a job, oldest first.',
      params,
      replies: { 200: z.object({ items: z.array(attemptSchema), next_cursor: z.null() }) },
      async handle({ principal, params: { id } }) {
        const items = await history.attempts({ tenantId: principal.tenantId, id })
        return ok({ items: items.map(each => withoutWorker(principal, each)), next_cursor: null })
      },
    }),
  ]
}

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

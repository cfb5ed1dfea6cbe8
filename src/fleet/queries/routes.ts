import { type Audit, type Endpoint, endpoint, may, ok, type Principal, pageOf } from '../../access'
import type { Db } from '../../base/db'
import { badRequest, Problem } from '../../base/errors'
import { pageSize, uuid, z } from '../../base/parse'
import { isFoundIn } from '../../base/redact'
import { type Jobs, jobSchema, reasonSchema } from '../../jobs'
import { requireHost } from '../host-store'
import { liveSql, queryInput, query as queryKind } from './kind'
import type { Queries } from './queries'
import {
  QUERY_STATUSES,
  type Query,
  type QueryRow,
  queryLinks,
  queryLinksSchema,
  querySchema,
  sqlFor,
  toQuery,
} from './query'
import { listQueries } from './store'

export interface QueryRoutesDeps {
  db: Db
  queries: Queries
  jobs: Jobs
  audit: Audit
}

/** With the ids of many hosts. */
const BODY_BYTES_MAX = 512 * 1024

export const idParams = z.strictObject({ id: uuid.transform(id => id.toLowerCase()) })
const accepted = z.object({ query: querySchema, job: jobSchema, links: queryLinksSchema })
const deadline = queryInput.shape.deadline_seconds

export function queryRoutes(deps: QueryRoutesDeps): Endpoint[] {
  return [...readRoutes(deps), ...askRoutes(deps), cancelRoute(deps)]
}

function readRoutes({ db, queries }: QueryRoutesDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/queries',
      role: 'viewer',
      summary: 'Lists live queries, newest first.',
      query: z.strictObject({
        status: z.enum(QUERY_STATUSES).optional(),
        host_id: uuid.optional(),
        q: z.string().min(1).max(500).optional(),
        limit: pageSize(50, 500),
        cursor: uuid.optional(),
      }),
      replies: { 200: pageOf(querySchema) },
      async handle({ principal, query: { limit, cursor, ...filter } }) {
        const found = await listQueries(db, principal.tenantId, filter, { before: cursor, limit: limit + 1 })
        const page = found.slice(0, limit)
        const seesAll = may(principal, 'operator')
        const items = page.map(row => shownTo(principal, row)).filter(each => seesAll || isFoundIn(each, filter.q))
        return ok({ items, next_cursor: found.length > limit ? page.at(-1)?.id : null })
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/queries/{id}',
      role: 'viewer',
      summary: 'A live query with the number of its hosts in each state.',
      params: idParams,
      replies: { 200: querySchema.extend({ links: queryLinksSchema }) },
      async handle({ principal, params: { id } }) {
        const found = await queries.find({ tenantId: principal.tenantId, id })
        return ok({ ...shownTo(principal, found), links: queryLinks(id) })
      },
    }),
  ]
}

const shownTo = (principal: Principal, row: QueryRow): Query => ({ ...toQuery(row), sql: sqlFor(principal, row.sql) })

function askRoutes(deps: QueryRoutesDeps): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/api/queries',
      role: 'operator',
      summary: 'Asks hosts a query; those that are there answer within a second.',
      body: queryInput.extend({ reason: reasonSchema.optional() }),
      bodyBytesMax: BODY_BYTES_MAX,
      replies: { 202: accepted },
      handle: async ({ principal, body: { reason, ...input } }) => ask(deps, principal, input, reason),
    }),
    endpoint({
      method: 'post',
      path: '/api/hosts/{id}/query',
      role: 'operator',
      summary: 'Asks one host a query.',
      params: idParams,
      body: z.strictObject({ sql: liveSql, deadline_seconds: deadline, reason: reasonSchema.optional() }),
      replies: { 202: accepted },
      async handle({ principal, params: { id }, body: { reason, ...rest } }) {
        await requireHost(deps.db, { tenantId: principal.tenantId, id })
        return ask(deps, principal, { ...rest, targets: { host_ids: [id] } }, reason)
      },
    }),
    endpoint({
      method: 'post',
      path: '/api/queries/targets',
      role: 'operator',
      summary: 'How many hosts a query with these targets would ask now.',
      body: queryInput.pick({ targets: true }),
      bodyBytesMax: BODY_BYTES_MAX,
      replies: { 200: z.object({ hosts: z.number() }) },
      handle: async ({ principal: { tenantId }, body: { targets } }) =>
        ok({ hosts: await deps.queries.countTargets(tenantId, targets) }),
    }),
  ]
}

async function ask(
  { queries, jobs, audit }: QueryRoutesDeps,
  principal: Principal,
  input: z.output<typeof queryInput>,
  reason: string | undefined,
) {
  const { tenantId, actor } = principal
  const hosts = await queries.checkTargets(tenantId, input.targets)
  const { job } = await jobs.enqueue(queryKind, input, { tenantId, createdBy: actor, reason })
  const query = await queries.open({ tenantId, id: job.id, createdBy: actor }, input)
  const target = { type: 'query', id: job.id }
  await audit.record({ by: principal, action: 'query.create', target, reason, data: { sql: input.sql, hosts } })
  return { status: 202, body: { query: toQuery(query), job, links: queryLinks(job.id) } }
}

function cancelRoute({ queries, jobs, audit }: QueryRoutesDeps): Endpoint {
  return endpoint({
    method: 'post',
    path: '/api/queries/{id}/cancel',
    role: 'operator',
    summary: 'Stops a query: hosts that have not been asked are not asked any more; answers on their way still count.',
    params: idParams,
    body: z.strictObject({ reason: reasonSchema.optional() }).optional(),
    replies: { 202: z.object({ query: querySchema }) },
    async handle({ principal, params: { id }, body }) {
      const { tenantId, actor: by } = principal
      const ref = { tenantId, id }
      await queries.find(ref)
      const reason = body?.reason ?? 'Stopped'
      const job = await jobs.cancel(ref, { reason, by }).catch(async error => {
        // the query may have outlived its job
        if (!isOver(error) || (await queries.find(ref)).ended_at) throw error
        return undefined
      })
      await queries.end(ref, 'cancelled')
      await audit.record({
        by: principal,
        action: 'query.cancel',
        target: { type: 'query', id },
        reason,
        data: { job_status: job?.status ?? null },
      })
      return { status: 202, body: { query: toQuery(await queries.find(ref)) } }
    },
  })
}

/** The job has ended, or its history is gone. */
const isOver = (error: unknown) => error instanceof Problem && (error.status === 409 || error.status === 404)

export const stateList = <T extends string>(states: readonly T[]) =>
  z
    .string()
    .max(200)
    .transform(text => text.split(',').filter(Boolean))
    .pipe(z.array(z.enum(states as [T, ...T[]])).min(1))

/** An opaque place in a list. @throws Problem 400 */
export function readCursor<T>(cursor: string | undefined, shape: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw badRequest([{ path: 'query.cursor', message: 'This is not a cursor of this list.' }])
  }
}

export const writeCursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url')

import type { Audit } from '../../access'
import { accepted, type Endpoint, endpoint, may, ok, type Principal, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { Problem } from '../../base/errors'
import { isFoundIn } from '../../base/redact'
import { uuid } from '../../contract/fields'
import { type Query, type QueryInput, queryRoutes as routes } from '../../contract/queries'
import type { Jobs } from '../../jobs'
import { requireHost } from '../host-store'
import { query as queryKind } from './kind'
import type { Queries } from './queries'
import type { QueryRow } from './query-store'
import { listQueries } from './query-store'
import { queryLinks, sqlFor, toQuery } from './resource'

export interface QueryRoutesDeps {
  db: Db
  queries: Queries
  jobs: Jobs
  audit: Audit
}

/** Lists, creates and cancels live queries. */
export function queryRoutes(deps: QueryRoutesDeps): Endpoint[] {
  return [...readRoutes(deps), ...createRoutes(deps), cancelRoute(deps)]
}

const readRoutes = ({ db, queries }: QueryRoutesDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal, query: { limit, cursor, sort, ...filter } }) => {
    const page = { isOldestFirst: sort === 'created', after: readCursor(cursor, uuid), limit: limit + 1 }
    const found = await listQueries(db, principal.tenantId, filter, page)
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    const seesAll = may(principal, 'operator')
    const shown = items.map(row => shownTo(principal, row)).filter(each => seesAll || isFoundIn(each, filter.q))
    return ok({ items: shown, next_cursor })
  }),
  endpoint(routes.read, async ({ principal, params: { id } }) => {
    const found = await queries.find({ tenantId: principal.tenantId, id })
    return ok({ ...shownTo(principal, found), links: queryLinks(id) })
  }),
]

const shownTo = (principal: Principal, row: QueryRow): Query => ({ ...toQuery(row), sql: sqlFor(principal, row.sql) })

const createRoutes = (deps: QueryRoutesDeps): Endpoint[] => [
  endpoint(routes.create, async ({ principal, body: { reason, ...input } }) => create(deps, principal, input, reason)),
  endpoint(routes.createForHost, async ({ principal, params: { id }, body: { reason, ...rest } }) => {
    await requireHost(deps.db, { tenantId: principal.tenantId, id })
    return create(deps, principal, { ...rest, targets: { host_ids: [id] } }, reason)
  }),
  endpoint(routes.countTargets, async ({ principal: { tenantId }, body: { targets } }) =>
    ok({ hosts: await deps.queries.countTargets(tenantId, targets) }),
  ),
]

async function create(
  { queries, jobs, audit }: QueryRoutesDeps,
  principal: Principal,
  input: QueryInput,
  reason: string | undefined,
) {
  const { tenantId, actor } = principal
  const hosts = await queries.checkTargets(tenantId, input.targets)
  const { job } = await jobs.enqueue(queryKind, input, { tenantId, createdBy: actor, reason })
  const query = await queries.open({ tenantId, id: job.id, createdBy: actor }, input)
  const target = { type: 'query', id: job.id }
  await audit.record({ by: principal, action: 'query.create', target, reason, data: { sql: input.sql, hosts } })
  return accepted({ query: toQuery(query), job, links: queryLinks(job.id) })
}

const cancelRoute = ({ queries, jobs, audit }: QueryRoutesDeps): Endpoint =>
  endpoint(routes.cancel, async ({ principal, params: { id }, body }) => {
    const { tenantId, actor: by } = principal
    const ref = { tenantId, id }
    await queries.find(ref)
    const reason = body?.reason ?? 'Stopped'
    const job = await jobs.cancel(ref, { reason, by }).catch(async error => {
      // The query may have outlived its job.
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
    return accepted({ query: toQuery(await queries.find(ref)) })
  })

/** Whether the job has ended or was deleted. */
const isOver = (error: unknown) => error instanceof Problem && (error.status === 409 || error.status === 404)

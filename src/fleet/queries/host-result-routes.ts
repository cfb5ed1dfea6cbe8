import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { uuid } from '../../contract/fields'
import { queryRoutes } from '../../contract/queries'
import type { TopicServer } from '../../streams'
import { requireHost } from '../host-store'
import { firstOf, PREVIEW_BYTES_MAX } from './outcome'
import { sqlFor } from './resource'
import { listHostResults } from './result-store'
import { firstRows } from './rows-store'

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 100
/** More rows do not fit into 32 KiB. */
const ROWS_MAX = 2_000

/** A host's answers: as pages, or as a stream for clients that accept `text/event-stream`. */
export const hostResultsRoute = ({ db, topics }: { db: Db; topics: TopicServer }): Endpoint =>
  endpoint(queryRoutes.hostResults, async call => {
    const { principal, params, req } = call
    const { cursor, ...query } = call.query
    if (/text\/event-stream/.test(req.get('accept') ?? ''))
      return topics.stream({ ...call, query }, `host:${params.id}`)
    const { tenantId } = principal
    await requireHost(db, { tenantId, id: params.id })
    const limit = query.limit === 'all' ? LIMIT_MAX : Math.min(query.limit || LIMIT_DEFAULT, LIMIT_MAX)
    const { items, next_cursor } = await page(db, { tenantId, hostId: params.id }, limit, readCursor(cursor, uuid))
    return ok({ items: items.map(item => ({ ...item, sql: sqlFor(principal, item.sql) })), next_cursor })
  })

async function page(db: Db, host: { tenantId: string; hostId: string }, limit: number, before: string | undefined) {
  const found = await listHostResults(db, host, { before, limit: limit + 1 })
  const { items: shown, next_cursor } = pageOf(found, limit, ({ query_id }) => query_id)
  const ids = shown.flatMap(({ answer_id }) => (answer_id ? [answer_id] : []))
  const rows = await firstRows(db, ids, { limit: ROWS_MAX, bytesMax: 2 * PREVIEW_BYTES_MAX }) // PostgreSQL counts JSON with spaces
  const items = shown.map(({ answer_id, truncated, ...rest }) => {
    const first = firstOf((answer_id && rows.get(answer_id)) || [])
    return {
      ...rest,
      status: rest.state === 'completed' || rest.state === 'no_rows' ? ('completed' as const) : ('failed' as const),
      rows: first,
      truncated: truncated || first.length < rest.row_count,
    }
  })
  return { items, next_cursor }
}

import { type Endpoint, endpoint, ok, pageOf } from '../../access'
import type { Db } from '../../base/db'
import { uuid, z } from '../../base/parse'
import type { TopicDoor } from '../../streams'
import { requireHost } from '../host-store'
import { firstOf, PREVIEW_BYTES_MAX } from './outcome'
import { STATES, sqlFor } from './query'
import { listHostResults } from './results-store'
import { idParams } from './routes'
import { firstRows } from './rows-store'

const LIMIT_STANDARD = 10
const LIMIT_MOST = 100
/** More do not go into 32 KiB, whatever the rows. */
const ROWS_MAX = 2_000

const result = z.object({
  host_id: z.string(),
  query_id: z.string(),
  sql: z.string(),
  status: z.enum(['completed', 'failed']),
  state: z.enum(STATES),
  occurred_at: z.date(),
  error: z.string().nullable(),
  row_count: z.number(),
  /** In the order in which the query gives them, which rows do not keep. */
  columns: z.array(z.string()),
  rows: z.array(z.record(z.string(), z.string())),
  truncated: z.boolean(),
  late: z.boolean(),
})

/** What a host has answered: as pages, or as a stream for who accepts `text/event-stream`. */
export function hostResultsRoute({ db, door }: { db: Db; door: TopicDoor }): Endpoint {
  return endpoint({
    method: 'get',
    path: '/api/hosts/{id}/results',
    role: 'viewer',
    summary: 'What a host has answered, newest first; with `Accept: text/event-stream` as it comes.',
    params: idParams,
    query: door.query({ cursor: uuid.optional() }),
    replies: { 200: pageOf(result) },
    async handle(call) {
      const { principal, params, query, req } = call
      if (/text\/event-stream/.test(req.get('accept') ?? '')) {
        const { cursor: _, ...wish } = query
        await door.serve({ ...call, query: wish }, `host:${params.id}`)
        return undefined
      }
      const { tenantId } = principal
      await requireHost(db, { tenantId, id: params.id })
      const limit = query.limit === 'all' ? LIMIT_MOST : Math.min(query.limit || LIMIT_STANDARD, LIMIT_MOST)
      const host = { tenantId, hostId: params.id }
      const { items, next_cursor } = await page(db, host, limit, query.cursor as string | undefined)
      return ok({ items: items.map(item => ({ ...item, sql: sqlFor(principal, item.sql) })), next_cursor })
    },
  })
}

async function page(db: Db, host: { tenantId: string; hostId: string }, limit: number, before: string | undefined) {
  const found = await listHostResults(db, host, { before, limit: limit + 1 })
  const shown = found.slice(0, limit)
  const ids = shown.flatMap(({ answer_id }) => (answer_id ? [answer_id] : []))
  const rows = await firstRows(db, ids, { limit: ROWS_MAX, bytesMax: 2 * PREVIEW_BYTES_MAX }) // with spaces, in PostgreSQL
  const items = shown.map(({ answer_id, truncated, ...rest }) => {
    const first = firstOf((answer_id && rows.get(answer_id)) || [])
    return {
      ...rest,
      status: rest.state === 'completed' || rest.state === 'no_rows' ? 'completed' : 'failed',
      rows: first,
      truncated: truncated || first.length < rest.row_count,
    }
  })
  return { items, next_cursor: found.length > limit ? shown.at(-1)?.query_id : null }
}

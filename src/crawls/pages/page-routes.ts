import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { z } from '../../base/parse'
import { pageKey, crawlPageRoutes as routes } from '../../contract/crawl-pages'
import { requireCrawl } from './crawl-ref-store'
import { detailOf } from './page-detail'
import { type ListedPage, listPages } from './page-list-store'
import { pagePosition } from './page-rows'
import { findFullPage, findPage } from './page-store'
import { asReferrer, referrersOf } from './referrers'
import { type LiveState, whyNot } from './why'

export interface PageRoutesDeps {
  db: Db
  /** Default: only what is stored is known. */
  liveState?: LiveState | undefined
}

const position = z.object({ value: z.string(), key: pageKey })

/** The pages of a crawl. */
export const crawlPagesRoutes = ({ db, liveState }: PageRoutesDeps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, params: { id }, query }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    const { sort, cursor, limit, ...filter } = query
    const after = readCursor(cursor, position)
    const found = await listPages(db, ref, filter, { sort, after, limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, ({ sorted_by, key }) => ({ value: sorted_by, key }))
    return ok({ items: items.map(withoutSort), next_cursor })
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id, key } }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    const found = await findFullPage(db, ref, key)
    if (!found) throw notFound('page')
    return ok(await detailOf(found))
  }),
  endpoint(routes.referrers, async ({ principal: { tenantId }, params: { id, key }, query: { cursor, limit } }) => {
    const crawl = await requireCrawl(db, tenantId, id)
    const target = await findPage(db, crawl.ref, key)
    if (!target) throw notFound('page')
    const after = readCursor(cursor, pagePosition)
    const found = await referrersOf(db, crawl, target, { after, limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, page => ({ url: page.url, key: page.key }))
    return ok({ items: items.map(asReferrer), next_cursor })
  }),
  endpoint(routes.why, async ({ principal: { tenantId }, params: { id }, query: { url } }) => {
    const crawl = await requireCrawl(db, tenantId, id)
    return ok(await whyNot(db, crawl, url, liveState))
  }),
]

const withoutSort = ({ sorted_by: _, ...page }: ListedPage) => page

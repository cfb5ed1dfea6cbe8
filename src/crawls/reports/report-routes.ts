import { type Endpoint, endpoint, ok, pageOf, readCursor, writeCursor } from '../../api'
import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { crawlReportRoutes as routes } from '../../contract/crawl-reports'
import { requireCrawl } from '../pages/crawl-ref-store'
import { pagePosition } from '../pages/page-rows'
import { brokenLinksOf } from './broken-links'
import { compareCrawls } from './compare'
import { edgePosition, edgesOf, type PlacedEdge } from './edges'
import { listFindings } from './finding-store'
import { hostsOf, type LiveHosts } from './hosts'
import { listSitemaps } from './sitemap-store'
import { countStatusCodes } from './status-code-store'
import { listTreeFolder, listTreeHosts } from './tree-store'

export interface ReportRoutesDeps {
  db: Db
  /** Default: only what is stored is known. */
  liveHosts?: LiveHosts | undefined
}

const findingPosition = pagePosition.extend({ place: z.number().int() })

/** What crawls found. */
export const crawlReportsRoutes = ({ db, liveHosts }: ReportRoutesDeps): Endpoint[] => [
  endpoint(routes.findings, async ({ principal: { tenantId }, params: { id }, query: { type, cursor, limit } }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    const after = readCursor(cursor, findingPosition)
    const found = await listFindings(db, ref, type, { after, limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, ({ place, url, key }) => ({ place, url, key }))
    return ok({ items: items.map(({ place: _, ...finding }) => finding), next_cursor })
  }),
  endpoint(routes.broken, async ({ principal: { tenantId }, params: { id }, query: { is_new, cursor, limit } }) => {
    const crawl = await requireCrawl(db, tenantId, id)
    const after = readCursor(cursor, pagePosition)
    const isNew = is_new === undefined ? undefined : is_new === 'true'
    const { items, next } = await brokenLinksOf(db, crawl, { isNew, after, limit })
    return ok({ items, next_cursor: next && writeCursor(next) })
  }),
  endpoint(routes.links, async ({ principal: { tenantId }, params: { id }, query: { cursor, limit } }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    const found = await edgesOf(db, ref, readCursor(cursor, edgePosition), limit + 1)
    const { items, next_cursor } = pageOf(found, limit, ({ place }) => place)
    return ok({ items: items.map(withoutPlace), next_cursor })
  }),
  endpoint(routes.hosts, async ({ principal: { tenantId }, params: { id }, query: { q, cursor, limit } }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    const found = await hostsOf(db, ref, { q, after: readCursor(cursor, z.string()), limit }, liveHosts)
    return ok(pageOf(found, limit, ({ host }) => host))
  }),
  endpoint(routes.statusCodes, async ({ principal: { tenantId }, params: { id } }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    return ok({ items: await countStatusCodes(db, ref) })
  }),
  endpoint(routes.sitemaps, async ({ principal: { tenantId }, params: { id }, query: { cursor, limit } }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    const found = await listSitemaps(db, ref, readCursor(cursor, z.string()), limit + 1)
    return ok(pageOf(found, limit, ({ url }) => url))
  }),
  endpoint(routes.tree, async ({ principal: { tenantId }, params: { id }, query: { below, cursor, limit } }) => {
    const { ref } = await requireCrawl(db, tenantId, id)
    const place = { after: readCursor(cursor, z.string()) ?? '', limit: limit + 1 }
    const folder = below?.endsWith('/') === false ? `${below}/` : below
    const found = await (folder === undefined ? listTreeHosts(db, ref, place) : listTreeFolder(db, ref, folder, place))
    return ok(pageOf(found, limit, ({ url }) => url))
  }),
  endpoint(routes.compare, async ({ principal: { tenantId }, params: { id, other } }) => {
    const [later, earlier] = await Promise.all([requireCrawl(db, tenantId, id), requireCrawl(db, tenantId, other)])
    return ok(await compareCrawls(db, later.ref, earlier.id))
  }),
]

const withoutPlace = ({ place: _, ...edge }: PlacedEdge) => edge

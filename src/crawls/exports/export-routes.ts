import type { Response } from 'express'
import { type Endpoint, endpoint } from '../../api'
import type { Db } from '../../base/db'
import { sendDownload } from '../../base/download'
import { crawlReportRoutes as routes } from '../../contract/crawl-reports'
import { type ReadCrawl, requireCrawl } from '../pages/crawl-ref-store'
import { fullPages } from './full-pages'
import { jsonLines, pageTable } from './lines'
import { sitemapOf } from './sitemap'
import { warcOf } from './warc'

export interface ExportRoutesDeps {
  db: Db
  publicUrl: string | undefined
}

interface Asked {
  format: 'jsonl' | 'csv' | 'sitemap' | 'warc'
  bom: boolean
  part?: number | undefined
  /** Where parts of a sitemap are found. */
  origin: string
}

/** Downloads of crawls, as streams. */
export const crawlExportRoutes = ({ db, publicUrl }: ExportRoutesDeps): Endpoint[] => [
  endpoint(routes.export, async ({ principal: { tenantId }, params: { id }, query, req, res }) => {
    const crawl = await requireCrawl(db, tenantId, id)
    const origin = publicUrl?.replace(/\/$/, '') ?? `${req.protocol}://${req.host}`
    await send(db, crawl, { ...query, origin }, res)
    return undefined
  }),
]

async function send(db: Db, crawl: ReadCrawl, { format, bom, part, origin }: Asked, res: Response): Promise<void> {
  const name = `crawl-${crawl.id}`
  if (format === 'jsonl') return sendDownload(res, { name, format }, jsonLines(fullPages(db, crawl.ref)))
  if (format === 'csv') {
    const extracted = crawl.settings.extract.map(each => each.name)
    return sendDownload(res, { name, format }, pageTable(fullPages(db, crawl.ref), extracted, bom))
  }
  if (format === 'warc') return sendDownload(res, { name, format: 'warc.gz' }, warcOf(db, crawl, `${name}.warc.gz`))
  const addressOf = (number: number) => `${origin}/api/crawls/${crawl.id}/export?format=sitemap&part=${number}`
  const chunks = await sitemapOf(db, crawl, { part, addressOf })
  return sendDownload(
    res,
    { name: part === undefined ? `${name}-sitemap` : `${name}-sitemap-${part}`, format: 'xml' },
    chunks,
  )
}

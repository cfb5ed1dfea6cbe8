import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { v7 } from 'uuid'
import { DEFAULT_TENANT_ID } from '../../src/api'
import type { Db } from '../../src/base/db'
import { type CrawlSettings, crawlSettings } from '../../src/contract/crawl-settings'
import { packContent } from '../../src/crawls/pages/content-codec'
import type { StoredContent } from '../../src/crawls/pages/stored-content'
import { readUrl } from '../../src/crawls/urls/read-url'

const BY = JSON.stringify({ type: 'user', id: 'test', name: 'test' })
const COUNTS = {
  ...{ discovered: 0, queued: 0, leased: 0, fetched: 0, failed: 0, skipped: {}, failed_by: {}, bytes: 0 },
  ...{ pages_per_second: 0, seconds_left: null },
}

export const keyOf = (url: string): string => {
  const read = readUrl(url, undefined, { stripTracking: true })
  if (!read) throw new Error(`Not a URL: ${url}`)
  return read.key
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest()

interface CrawlOptions {
  tenantId?: string
  previousId?: string
  settings?: Partial<CrawlSettings>
  siteHash?: string
  endedAt?: Date | null
  findings?: Record<string, number> | null
}

/** Adds the row of a crawl that nothing runs. */
export async function addCrawl(db: Db, options: CrawlOptions = {}): Promise<string> {
  const { tenantId = DEFAULT_TENANT_ID, previousId = null, endedAt = new Date(), findings = null } = options
  const id = v7()
  await db('crawls').insert({
    ...{ id, tenant_id: tenantId, previous_id: previousId, created_by: BY, counts: JSON.stringify(COUNTS) },
    settings: JSON.stringify({ ...crawlSettings.parse({ seeds: ['https://site.test/'] }), ...options.settings }),
    ...{
      site_hash: options.siteHash ?? randomUUID(),
      ended_at: endedAt,
      findings: findings && JSON.stringify(findings),
    },
    ...(endedAt && { started_at: endedAt, ended_because: 'completed' }),
  })
  return id
}

type Link = string | [url: string, text: string]

export interface PageOptions {
  /** Columns. */
  row?: Record<string, unknown>
  links?: readonly Link[]
  /** Of the response. */
  body?: string
  /** Where redirects led. */
  final?: string
  content?: Partial<StoredContent>
  head?: string
  /** Whether to keep the response. */
  archive?: boolean
  tenantId?: string
}

const linkOf = (link: Link) => {
  const [url, text] = typeof link === 'string' ? [link, `to ${link}`] : link
  return { url, text, rel: null, nofollow: false }
}

/** Adds a page that was fetched. @returns its key */
export async function addPage(db: Db, crawlId: string, url: string, options: PageOptions = {}): Promise<string> {
  const { row = {}, links = [], body = `<title>${url}</title><p>${url}`, final, tenantId = DEFAULT_TENANT_ID } = options
  const key = keyOf(url)
  const outcome = row.outcome ?? 'fetched'
  const isFetched = outcome === 'fetched'
  await db('crawl_pages').insert({
    ...{ crawl_id: crawlId, key, tenant_id: tenantId, url, host: new URL(url).host, depth: 1, outcome },
    ...(final !== undefined && { final_url: final, final_key: keyOf(final), redirects: 1 }),
    ...(isFetched && {
      ...{ status_code: 200, title: `Title of ${url}`, description: `About ${url}`, content_type: 'text/html' },
      ...{ bytes: body.length, first_byte_ms: 5.5, duration_ms: 12.5 },
      ...{ content_hash: sha256(body), text_hash: sha256(`text ${body}`) },
      links: [...new Set(links.map(link => keyOf(linkOf(link).url)))],
    }),
    ...row,
  })
  if (isFetched || options.content) await addContent(db, crawlId, key, { ...options, body })
  return key
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/html'

async function addContent(db: Db, crawlId: string, key: string, { links = [], archive = true, ...page }: PageOptions) {
  const { body = '', head = HEAD, content } = page
  await db('crawl_contents').insert({
    ...{ crawl_id: crawlId, key },
    content: await packContent({
      ...{ redirects: [], canonical: null, lang: 'en', charset: 'utf-8', charset_source: 'header', nofollow: false },
      ...{ headings: [], text: `text ${body}`, truncated: false, etag: null, last_modified: null, unchanged: false },
      ...{ mixed_content: [], extracted: {}, links: links.map(linkOf) },
      ...content,
    }),
    ...(archive && { head, body: await promisify(gzip)(body) }),
  })
}

/** Adds a URL that failed or was skipped. @returns its key */
export const addUnfetched = (db: Db, crawlId: string, url: string, row: Record<string, unknown>) =>
  addPage(db, crawlId, url, { row: { outcome: 'failed', ...row } })

export async function addSitemapUrl(db: Db, crawlId: string, url: string, lastmod: string | null = null) {
  const sitemap = new URL('/sitemap.xml', url).href
  await db('crawl_sitemap_urls').insert({ crawl_id: crawlId, key: keyOf(url), url, sitemap, lastmod })
}

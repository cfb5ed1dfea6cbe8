import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { contentsOf } from '../pages/content-store'
import type { ReadCrawl } from '../pages/crawl-ref-store'
import { PAGES_START } from '../pages/page-rows'
import { readUrl } from '../urls/read-url'
import { listSitemapPages, sizeOfSitemap } from './sitemap-store'

/** The limits of a sitemap (sitemaps.org). */
const URLS_MAX = 50_000
const BYTES_MAX = 50_000_000
/** Around each URL, with a time. */
const MARKUP_BYTES = 100
const PAGES_READ = 200

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
const NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

interface Options {
  /** From 1. */
  part: number | undefined
  /** The address of a part. */
  addressOf(part: number): string
  urlsMax?: number
}

/**
 * The HTML pages that were fetched with status 200, without those that are not to be indexed or that name another URL as
 * the canonical one: as one sitemap, or as an index of parts if they are too many for one.
 * @throws Problem 404 if there is no such part
 */
export async function sitemapOf(db: Db, crawl: ReadCrawl, { part, addressOf, urlsMax = URLS_MAX }: Options) {
  const { count, url_bytes_max } = await sizeOfSitemap(db, crawl.ref)
  const size = Math.min(urlsMax, Math.floor(BYTES_MAX / (url_bytes_max + MARKUP_BYTES)))
  const parts = Math.max(1, Math.ceil(count / size))
  if (part !== undefined && part > parts) throw notFound(`part; the sitemap has ${parts}`)
  return part === undefined && parts > 1 ? indexOf(parts, addressOf) : partOf(db, crawl, ((part ?? 1) - 1) * size, size)
}

async function* indexOf(parts: number, addressOf: (part: number) => string): AsyncGenerator<string> {
  yield `${HEAD}<sitemapindex ${NAMESPACE}>\n`
  for (let part = 1; part <= parts; part++) yield `<sitemap><loc>${escaped(addressOf(part))}</loc></sitemap>\n`
  yield '</sitemapindex>\n'
}

async function* partOf(db: Db, { ref, settings }: ReadCrawl, first: number, size: number): AsyncGenerator<string> {
  const keyOf = (url: string) => readUrl(url, undefined, { stripTracking: settings.strip_tracking })?.key
  yield `${HEAD}<urlset ${NAMESPACE}>\n`
  for (let after = PAGES_START, done = 0; done < size; ) {
    const limit = Math.min(PAGES_READ, size - done)
    const pages = await listSitemapPages(db, ref, { after, skipped: done === 0 ? first : 0, limit })
    const byKey = new Map(pages.map(page => [page.key, page.page_url]))
    for await (const { key, content } of contentsOf(db, ref, [...byKey.keys()])) {
      const url = byKey.get(key) ?? ''
      byKey.delete(key)
      if (content.canonical === null || keyOf(content.canonical) === keyOf(url)) yield entry(url, content.last_modified)
    }
    for (const url of byKey.values()) yield entry(url, null)
    const last = pages.at(-1)
    if (!last || pages.length < limit) break
    after = { url: last.url, key: last.key }
    done += pages.length
  }
  yield '</urlset>\n'
}

function entry(url: string, lastModified: string | null): string {
  const at = new Date(lastModified ?? Number.NaN)
  const lastmod = Number.isNaN(at.getTime()) ? '' : `<lastmod>${at.toISOString()}</lastmod>`
  return `<url><loc>${escaped(url)}</loc>${lastmod}</url>\n`
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

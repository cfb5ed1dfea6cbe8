import type { Db } from '../../base/db'
import { newEntry } from '../frontier/entry'
import type { Addition } from '../frontier/frontier'
import { unpackContent } from '../pages/content-codec'
import { LINK_REASONS } from '../pages/page-record'
import { readUrl } from '../urls/read-url'
import { addListed, addSeeds } from './discover'
import { FoundLinks } from './found-links'
import { settledPages } from './rebuild-store'
import type { Site } from './site'
import { listedUrls } from './sitemap-store'

const PAGE = 500

/**
 * Builds a frontier that Redis has lost again: what is settled from the pages that are stored, and what was still to come
 * from their links and from sitemaps. Doing it again changes nothing.
 */
export async function rebuild(site: Site, db: Db, signal: AbortSignal): Promise<void> {
  const settled = (withContent: boolean) =>
    pages(after => settledPages(db, site.ref, { after, withContent, limit: PAGE }), signal)
  for await (const rows of settled(false))
    await site.parts.frontier.add(
      rows.map(
        ({ key, url, host, depth, outcome, reason, bytes, is_external }): Addition => ({
          entry: newEntry({ key, href: url, host }, is_external ? 'external' : 'page', depth, null),
          ...{ family: null, reason: reason ?? '', bytes },
          outcome: outcome === 'skipped' && LINK_REASONS.has(reason) ? 'refused' : outcome,
        }),
      ),
    )
  const found = new FoundLinks(site)
  await addSeeds(site, found)
  const listed = pages(after => listedUrls(db, site.ref.id, { after, limit: PAGE }), signal)
  for await (const rows of listed) {
    const urls = rows.flatMap(({ url }) => readUrl(url, undefined, site.urlOptions) ?? [])
    await addListed(site, found, urls)
  }
  for await (const rows of settled(true))
    for (const { key, depth, content } of rows) {
      if (!content) continue
      const { links } = await unpackContent(content)
      const { additions } = found.ofPage({ links }, { key, depth })
      await site.parts.frontier.add(additions)
    }
}

/** Rows by key, a page at a time. */
async function* pages<Row extends { key: string }>(
  read: (after: string | null) => Promise<Row[]>,
  signal: AbortSignal,
) {
  for (let after: string | null = null; ; ) {
    signal.throwIfAborted()
    const rows: Row[] = await read(after)
    if (!rows.length) return
    yield rows
    after = rows.at(-1)?.key ?? null
  }
}

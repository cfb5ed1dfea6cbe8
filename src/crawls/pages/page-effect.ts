import { formatBytes } from '../../../text/numbers'
import type { Effect, NewEntry, TopicEntries } from '../../streams'
import { insertContents, insertPages, lockOpen, type PackedPage, type PageOf } from './insert-store'
import { LINK_REASONS, type PageRecord } from './page-record'

/** URLs of one crawl that were settled together: a page, and the links in it that are not followed. */
export interface SettledPages {
  crawlId: string
  tenantId: string
  pages: readonly PageRecord[]
  packed: PackedPage[]
}

/**
 * Stores pages and the log lines about them in one commit, each once however often it is fetched. Its result is whether the
 * crawl is still open: one that has ended takes no more.
 */
export const pageEffect: Effect<SettledPages, boolean> = {
  name: 'crawls.pages',
  async apply(trx, items) {
    const open = await lockOpen(trx, [...new Set(items.map(({ crawlId }) => crawlId))])
    const kept = items.filter(({ crawlId }) => open.has(crawlId))
    const stored = await insertAll(trx, kept)
    return {
      results: items.map(({ crawlId }) => open.has(crawlId)),
      entries: items.map(item => linesOf(item, stored)),
    }
  },
}

async function insertAll(trx: Parameters<typeof insertPages>[0], items: readonly SettledPages[]) {
  const pages = new Map<string, PageOf>()
  for (const { crawlId, tenantId, pages: list } of items)
    for (const page of list) {
      const id = idOf(crawlId, page.key)
      // several pages may have the same link that is not followed
      if (page.outcome !== 'skipped' || !LINK_REASONS.has(page.reason) || !pages.has(id))
        pages.set(id, { crawlId, tenantId, page })
    }
  if (!pages.size) return new Set<string>()
  const sorted = [...pages.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, page]) => page)
  const stored = new Set((await insertPages(trx, sorted)).map(({ crawl_id, key }) => idOf(crawl_id, key)))
  const contents = items
    .flatMap(({ packed }) => packed)
    .filter(({ crawlId, page }) => stored.has(idOf(crawlId, page.key)))
  if (contents.length) await insertContents(trx, contents)
  return stored
}

const idOf = (crawlId: string, key: string) => `${crawlId} ${key}`

function linesOf({ crawlId, tenantId, pages }: SettledPages, stored: ReadonlySet<string>): TopicEntries[] {
  const entries = pages.flatMap(page => {
    const line = lineOf(page)
    return line && stored.has(idOf(crawlId, page.key)) ? [line] : []
  })
  return entries.length ? [{ topic: { tenantId, name: `job:${crawlId}` }, entries, onlyWhileOpen: true }] : []
}

/** Undefined for links that are not followed: they are listed, but they are too many for a log. */
function lineOf(page: PageRecord): NewEntry | undefined {
  const { outcome, reason, explanation, statusCode, url, finalUrl, bytes, durationMs, isExternal } = page
  if (outcome === 'skipped' && statusCode === null && reason !== 'robots') return undefined
  const status = statusCode ?? reason
  const target = finalUrl && finalUrl !== url ? `${url} -> ${finalUrl}` : url
  const facts = { kind: 'log', step: 'fetch', source: 'crawl', data: { key: page.key } } as const
  if (outcome === 'fetched')
    return {
      ...facts,
      level: 'info',
      message: `${status} ${target}: ${formatBytes(bytes)} in ${Math.round(durationMs ?? 0)} ms`,
    }
  if (outcome === 'failed') return { ...facts, level: 'warn', message: `${status} ${target}: ${explanation}` }
  const what = isExternal ? 'checked' : `skipped: ${explanation}`
  return { ...facts, level: 'debug', message: `${status} ${target} ${what}` }
}

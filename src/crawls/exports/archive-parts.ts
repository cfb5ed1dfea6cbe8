import type { Db } from '../../base/db'
import type { CrawlRef } from '../pages/crawl-ref-store'
import { PAGES_START } from '../pages/page-rows'
import { type ArchivedPage, listArchivedPages, listResponses } from './archive-store'

const PAGES_READ = 200
/** Stored bytes of responses that are read at once, unless a single one has more. */
const BYTES_READ = 4 * 1024 * 1024

type Response = Awaited<ReturnType<typeof listResponses>>[number]

/** Pages by URL, each with its response if it was kept. */
export async function* archivedPages(
  db: Db,
  crawl: CrawlRef,
): AsyncGenerator<{ page: ArchivedPage; response: Response | undefined }> {
  for (let after = PAGES_START; ; ) {
    const pages = await listArchivedPages(db, crawl, after, PAGES_READ)
    for (const group of bySize(pages)) {
      const keys = group.flatMap(({ key, stored_bytes }) => (stored_bytes === null ? [] : [key]))
      const responses = new Map((keys.length ? await listResponses(db, crawl, keys) : []).map(each => [each.key, each]))
      for (const page of group) yield { page, response: responses.get(page.key) }
    }
    const last = pages.at(-1)
    if (!last || pages.length < PAGES_READ) return
    after = { url: last.url, key: last.key }
  }
}

function bySize(pages: readonly ArchivedPage[]): ArchivedPage[][] {
  const groups: ArchivedPage[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const page of pages) {
    const bytes = page.stored_bytes ?? 0
    if (size + bytes > BYTES_READ) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(page)
    size += bytes
  }
  return groups
}

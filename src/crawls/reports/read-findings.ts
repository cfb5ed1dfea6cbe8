import type { Db } from '../../base/db'
import { contentsOf } from '../pages/content-store'
import type { CrawlRef } from '../pages/crawl-ref-store'
import type { StoredContent } from '../pages/stored-content'
import { addFindings, type NewFinding } from './finding-store'
import { listPagesToRead } from './page-findings-store'
import type { PageRange } from './page-ranges'

type ReadPage = Awaited<ReturnType<typeof listPagesToRead>>[number]

/** Adds what only the contents of pages tell: the steps of redirect chains, and resources over HTTP. */
export async function addReadFindings(db: Db, crawl: CrawlRef, range: PageRange): Promise<void> {
  const pages = await listPagesToRead(db, crawl, range)
  const keys = pages.map(({ key }) => key)
  const contents = new Map<string, Pick<StoredContent, 'redirects' | 'mixed_content'>>()
  for await (const { key, content } of contentsOf(db, crawl, keys)) {
    const { redirects, mixed_content } = content
    contents.set(key, { redirects, mixed_content })
  }
  await addFindings(
    db,
    crawl,
    pages.flatMap(page => {
      const content = contents.get(page.key)
      return [
        ...(page.is_chain ? [chainOf(page, content?.redirects ?? [])] : []),
        ...(page.mixed_content > 0 ? [mixedOf(page, content?.mixed_content ?? [])] : []),
      ]
    }),
  )
}

function chainOf({ key, url, final_url, title, redirects, is_loop }: ReadPage, steps: StoredContent['redirects']) {
  const times = redirects === 1 ? 'once' : `${redirects} times`
  const detail = is_loop ? `redirects ${times}, without an end` : `redirects ${times}`
  // the URL itself is the first step
  const related = [...steps.slice(1).map(step => step.url), ...(is_loop ? [] : [final_url])]
  return { type: 'redirect_chain', key, url, title, detail, related } satisfies NewFinding
}

function mixedOf({ key, final_url, title, mixed_content }: ReadPage, related: string[]) {
  const detail = mixed_content === 1 ? 'loads a resource over HTTP' : `loads ${mixed_content} resources over HTTP`
  return { type: 'mixed_content', key, url: final_url, title, detail, related } satisfies NewFinding
}

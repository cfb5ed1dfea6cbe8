import type { OutgoingHttpHeaders } from 'node:http'
import type { SitemapEntry, SitemapReport } from '../../../src/crawls/sitemaps/sitemap'
import { type SitemapWalk, walkSitemaps } from '../../../src/crawls/sitemaps/walk-sitemaps'
import { httpSite } from '../../support/sites'
import { plainFetcher } from '../plain-fetcher'

interface Answer {
  status?: number
  headers?: OutgoingHttpHeaders
  body?: string | Buffer
}

/** A site whose sitemaps a test sets, by path; and what a walk through them finds. */
export async function startSitemaps() {
  const files = new Map<string, Answer | string | Buffer>()
  const asked: string[] = []
  const site = await httpSite((request, response) => {
    asked.push(request.url ?? '')
    const file = files.get(request.url ?? '') ?? { status: 404 }
    const answer: Answer = typeof file === 'string' || Buffer.isBuffer(file) ? { body: file } : file
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body)
  })

  async function walk(
    paths: string[],
    given: Partial<Pick<SitemapWalk, 'mayFetch' | 'onUrls' | 'onSitemap'>> = {},
    { signal = new AbortController().signal, urlsMax = undefined as number | undefined } = {},
  ) {
    const batches: SitemapEntry[][] = []
    const reports: SitemapReport[] = []
    const request: SitemapWalk = {
      fetcher: plainFetcher,
      userAgent: 'Foo/1.0',
      timeoutMs: 20_000,
      urls: paths.map(path => (path.startsWith('/') ? site.url(path) : path)),
      mayFetch: () => true,
      onUrls: async entries => void batches.push(entries),
      onSitemap: async report => void reports.push(report),
      ...given,
    }
    await walkSitemaps(request, signal, urlsMax)
    return { batches, entries: batches.flat(), reports }
  }

  /** Reads a single file. */
  async function read(body: Answer | string | Buffer, path = '/sitemap.xml') {
    files.set(path, body)
    const { entries, reports } = await walk([path])
    return { urls: entries.map(({ url }) => url), entries, report: reports[0] as SitemapReport }
  }

  return { site, files, asked, walk, read }
}

export const urlset = (urls: readonly string[]) =>
  `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.map(url => `<url><loc>${url}</loc></url>`).join('')}</urlset>`

export const sitemapIndex = (urls: readonly string[]) =>
  `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.map(url => `<sitemap><loc>${url}</loc></sitemap>`).join('')}</sitemapindex>`

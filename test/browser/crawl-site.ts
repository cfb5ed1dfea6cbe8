import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deadPort } from '../support/sites'

const page = (title: string, links: readonly string[], more = '') =>
  `<!doctype html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1>${more}` +
  `${links.map(link => `<a href="${link}">to ${link}</a>`).join(' ')}</body></html>`

/** Pages below `/docs/`. */
const DOCS = 8

/**
 * A small website: a start page, a few documents, one that is gone, one that robots.txt forbids, and a link to a site
 * that does not answer. While it is held, it answers requests for documents only when it is released.
 */
export async function startCrawlSite() {
  const elsewhere = `http://127.0.0.1:${await deadPort()}/`
  const held: (() => void)[] = []
  let isHeld = false
  const texts = new Map<string, string>([
    ['/', page('Start', ['/docs/1', '/gone', '/private/plan', elsewhere], '<p class="price">12 EUR</p>')],
    ['/private/plan', page('Plan', [])],
  ])
  for (let n = 1; n <= DOCS; n += 1) {
    texts.set(`/docs/${n}`, page(`Document ${n}`, n < DOCS ? [`/docs/${n + 1}`, '/'] : ['/', '/gone']))
  }
  const answer = (path: string, res: ServerResponse) => {
    if (path === '/robots.txt') return res.end('User-agent: *\nDisallow: /private/\n')
    const text = texts.get(path)
    res.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' })
    return res.end(text ?? page('Not found', []))
  }
  const server = createServer(({ url = '/' }, res) => {
    if (isHeld && url.startsWith('/docs/')) held.push(() => answer(url, res))
    else answer(url, res)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    elsewhere,
    /** Of pages that a crawl fetches: the start page and the documents. */
    pages: 1 + DOCS,
    texts,
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      for (const go of held.splice(0)) go()
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
export type CrawlSite = Awaited<ReturnType<typeof startCrawlSite>>

import { gzipSync } from 'node:zlib'
import { closeSites } from '../../support/sites'
import { cut, endless, raw, redirect, reset, slow, startSite } from '../server'
import { type CrawlGiven, page, startWorld, sumOf, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await closeSites()
  await world.stop()
})

interface Item {
  key: string
  url: string
  final_url: string
  outcome: string
  reason: string | null
  status_code: number | null
  title: string | null
  explanation: string | null
}

/** Crawls a site to its end. @returns the crawl, and its pages by what follows the address of the site */
async function crawlOf(routes: Parameters<typeof startSite>[0], given: Partial<CrawlGiven> = {}) {
  const site = await startSite(routes)
  const crawl = await world.crawl({ seeds: [`${site.url}/`], ...given })
  expect(sumOf(crawl)).toBe(crawl.discovered)
  const items: Item[] = await world.pages(crawl.id)
  const pages = Object.fromEntries(items.map(each => [each.url.replace(site.url, ''), each]))
  const detail = (path: string) => world.read(`/api/crawls/${crawl.id}/pages/${pages[path]?.key}`)
  return { site, crawl, pages, detail, outcomes: outcomesOf(pages) }
}

const outcomesOf = (pages: Record<string, Item>) =>
  Object.fromEntries(Object.entries(pages).map(([path, { outcome, reason }]) => [path, reason ?? outcome]))

test('redirects are followed one by one, and end with a reason', async () => {
  const other = await startSite({ '*': page() }, { host: '127.0.0.2' })
  const chain = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/r${i}`, redirect(`/r${i + 1}`)]))
  const { crawl, pages, outcomes, detail, site } = await crawlOf({
    '/robots.txt': 'User-agent: *\nDisallow: /secret',
    '/': page('/one', '/loop', '/r0', '/r5', '/off', '/none', '/to-secret', '/relative/x', '/self'),
    '/one': redirect('/two', 302),
    '/two': redirect('/three?x=1', 307),
    '/three': page(),
    '/loop': redirect('/loop2'),
    '/loop2': redirect('/loop'),
    '/self': redirect('/self'),
    ...chain,
    '/off': redirect(`${other.url}/there`),
    '/none': redirect('mailto:someone@example.org'),
    '/to-secret': redirect('/secret/page'),
    '/relative/x': redirect('../three'),
    '/r12': page(),
  })
  expect(outcomes).toMatchObject({
    ...{ '/one': 'fetched', '/relative/x': 'fetched', '/r5': 'fetched', '/loop': 'redirect_loop' },
    ...{ '/self': 'redirect_loop', '/r0': 'too_many_redirects', '/off': 'redirect_out_of_scope' },
    ...{ '/none': 'redirect_invalid', '/to-secret': 'robots' },
  })
  expect(pages['/one']).toMatchObject({ final_url: `${site.url}/three?x=1`, status_code: 200 })
  expect((await detail('/one')).redirects).toEqual([
    { url: `${site.url}/one`, status_code: 302, location: `${site.url}/two` },
    { url: `${site.url}/two`, status_code: 307, location: `${site.url}/three?x=1` },
  ])
  expect(pages['/to-secret']?.final_url).toBe(`${site.url}/secret/page`)
  expect(site.count('/secret/page')).toBe(0)
  expect(other.hits).toEqual([])
  expect(crawl.ended_because).toBe('completed')
  const chains = await world.read(`/api/crawls/${crawl.id}/findings?type=redirect_chain`)
  expect(chains.items.map(({ url }: Item) => url.replace(site.url, ''))).toEqual(
    expect.arrayContaining(['/one', '/loop']),
  )
})

test('broken servers end a page with a reason, and never the crawl', async () => {
  const { crawl, outcomes } = await crawlOf(
    {
      '/': page(
        '/cut',
        '/malformed',
        '/endless',
        '/slow',
        '/reset',
        '/chunked',
        '/long',
        '/odd',
        '/empty',
        '/typeless',
      ),
      '/cut': cut('<title>Cut</title><a href="/after">x</a>'),
      '/malformed': raw('HTP/9 what\r\n\r\n'),
      '/endless': endless(),
      '/slow': slow(20),
      '/reset': reset(),
      '/chunked': raw('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc'),
      '/long': raw('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc'),
      '/odd': { status: 299, body: page('/never') },
      '/empty': { headers: { 'content-type': 'text/html' } },
      '/typeless': raw('HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n<a href="/linked">x</a'),
    },
    { limits: { timeout_ms: 5_000, retries: 0, page_bytes: 100_000 } },
  )
  expect(outcomes).toMatchObject({
    ...{ '/': 'fetched', '/endless': 'fetched', '/slow': 'timeout', '/empty': 'fetched', '/odd': 'fetched' },
    ...{ '/malformed': expect.stringMatching(/response/), '/reset': expect.stringMatching(/reset|response_empty/) },
  })
  for (const path of ['/cut', '/chunked', '/long', '/typeless']) expect(outcomes[path]).toBeDefined()
  expect(outcomes).not.toHaveProperty('/internal_error')
  expect(Object.values(outcomes)).not.toContain('internal_error')
  expect(crawl).toMatchObject({ ended_because: 'completed', queued: 0, leased: 0 })
})

test('a long page is cut and flagged, and only so many of its links count', async () => {
  const many = Array.from({ length: 6_000 }, (_, i) => `/n${i}`)
  const { crawl, detail, pages } = await crawlOf(
    { '/': page('/big', '/many'), '/big': page('/early') + 'x'.repeat(300_000), '/many': page(...many), '*': page() },
    { limits: { page_bytes: 250_000, links_per_page: 50, depth: 2, pages: 100 } },
  )
  expect(await detail('/big')).toMatchObject({ truncated: true, outcome: 'fetched' })
  expect(pages['/early']).toBeDefined()
  expect(crawl.discovered).toBe(3 + 1 + 50)
})

test('a page with 6,000 links is followed whole when that many are allowed', async () => {
  const many = Array.from({ length: 6_000 }, (_, i) => `/n${i}`)
  const site = await startSite({ '/': page(...many), '*': page() })
  const crawl = await world.crawl({ seeds: [`${site.url}/`], limits: { links_per_page: 10_000, pages: 20 } })
  expect(crawl).toMatchObject({ discovered: 6_001, fetched: 20, ended_because: 'page_limit' })
  expect(crawl.skipped.page_limit).toBe(5_981)
  expect(sumOf(crawl)).toBe(crawl.discovered)
})

test('directives of pages and links are obeyed, and a better link revives a URL', async () => {
  const routes = {
    '/': `<title>A</title><a rel="nofollow" href="/revived">x</a><a rel="nofollow" href="/never">x</a>
      <a rel="nofollow" href="/file">x</a><a href="/meta">x</a><a href="/header">x</a><a href="/noindex">x</a><a href="/b">x</a>`,
    '/meta': '<meta name="robots" content="noindex, nofollow"><a href="/from-meta">x</a>',
    '/header': { headers: { 'x-robots-tag': 'nofollow' }, body: page('/from-header') },
    '/noindex': '<meta name="robots" content="noindex"><a href="/from-noindex">x</a>',
    '/b': page('/revived', '/file'),
    '/file': { headers: { 'content-type': 'application/pdf' }, body: '%PDF' },
    '*': page(),
  }
  const { outcomes, crawl, site, detail } = await crawlOf(routes)
  expect(outcomes).toMatchObject({
    ...{ '/revived': 'fetched', '/never': 'nofollow', '/from-meta': 'nofollow', '/from-header': 'nofollow' },
    ...{ '/from-noindex': 'fetched', '/file': 'content_type' },
  })
  expect(crawl.skipped).toEqual({ nofollow: 3, content_type: 1 })
  expect(site.count('/never')).toBe(0)
  expect(await detail('/meta')).toMatchObject({ noindex: true, nofollow: true })
  const sitemap = await (await world.app.get(`/api/crawls/${crawl.id}/export?format=sitemap`)).text()
  expect(sitemap).toContain(`${site.url}/from-noindex<`)
  expect(sitemap).not.toContain(`${site.url}/noindex<`)
  const free = await crawlOf(routes, { politeness: { obey_robots: false } })
  expect(free.outcomes).toMatchObject({ '/never': 'fetched', '/from-meta': 'fetched', '/from-header': 'fetched' })
})

test('failures that may pass are tried again, within a budget', async () => {
  let asked = 0
  const { pages, outcomes, site } = await crawlOf(
    {
      '/': page('/flaky', '/down', '/gone'),
      '/flaky': (_ask, answer) => {
        asked++
        const status = asked === 1 ? 503 : 200
        answer.writeHead(status, { 'content-type': 'text/html', 'retry-after': '0' }).end(page())
      },
      '/down': { status: 500, headers: { 'retry-after': '0' } },
      '/gone': { status: 410 },
    },
    { limits: { retries: 1 } },
  )
  expect(outcomes).toMatchObject({ '/flaky': 'fetched', '/down': 'http_status', '/gone': 'http_status' })
  expect([site.count('/flaky'), site.count('/down'), site.count('/gone')]).toEqual([2, 2, 1])
  expect(pages['/down']).toMatchObject({ status_code: 500, explanation: 'The server answered 500.' })
})

test('traps are left alone', async () => {
  const { outcomes } = await crawlOf(
    {
      '/': page('/a/a/a/a', '/calendar/2026/11/30', '/calendar/2093/01/01', '/x/y/x/y/x/y/', '/ok'),
      '*': page(),
    },
    { limits: { depth: 1 } },
  )
  expect(outcomes).toMatchObject({
    ...{ '/a/a/a/a': 'trap', '/x/y/x/y/x/y/': 'trap', '/calendar/2093/01/01': 'trap', '/ok': 'fetched' },
  })
})

test('odd URLs and texts are stored as what they are', async () => {
  const long = `/long/${'x'.repeat(3_000)}`
  const { outcomes, pages, crawl, detail, site } = await crawlOf({
    '/': `<base href="/base/"><title>NUL \0 and \ud800 and &#0; and &#xD800;</title>
      <a href="rel">x</a><a href="/%7Etilde">x</a><a href="/~tilde">x</a><a href="/caf%C3%A9">x</a><a href="/café">x</a>
      <a href="/a%00b">x</a><a href="${long}">x</a><a href="http://b\u00fccher.example:1/">x</a><a href="//[">x</a>
      <a href="/dots/../up">x</a><a href="/?utm_source=a">x</a><a href="/q?b=1&a=2#frag">x</a><a href="/ctl">x</a>`,
    '/ctl': { headers: { 'content-type': 'text/html' }, body: `<title>${'t'.repeat(50_000)}</title><h1>\0\0</h1>` },
    '*': page(),
  })
  expect(pages['/']?.title).toContain('NUL')
  expect(outcomes).toMatchObject({ '/base/rel': 'fetched', '/up': 'fetched', '/ctl': 'fetched' })
  expect(Object.keys(outcomes).filter(path => path.includes('tilde'))).toHaveLength(1)
  expect(Object.keys(outcomes).filter(path => path.startsWith('/caf'))).toEqual(['/caf%C3%A9'])
  expect(Object.values(outcomes)).toContain('too_long')
  expect(Object.values(outcomes)).not.toContain('internal_error')
  expect(crawl.ended_because).toBe('completed')
  expect((await detail('/ctl')).title.length).toBeLessThan(50_000)
  expect(site.count('/q')).toBe(1)
  for (const format of ['jsonl', 'csv', 'sitemap', 'warc'])
    expect((await world.app.get(`/api/crawls/${crawl.id}/export?format=${format}`)).status).toBe(200)
})

test('sitemaps with odd content are read, and what only they list is found', async () => {
  const site = await startSite({ '*': { status: 404 } })
  const at = (path: string) => `${site.url}${path}`
  const urlset = (...urls: string[]) =>
    `<?xml version="1.0"?><urlset>${urls.map(url => `<url><loc>${url}</loc><lastmod>2026-01-01&#0;</lastmod></url>`).join('')}</urlset>`
  Object.assign(site.routes, {
    '/robots.txt': `User-agent: *\nDisallow: /no\nSitemap: ${at('/index.xml')}\n`,
    '/index.xml': `<sitemapindex><sitemap><loc>${at('/one.xml')}</loc></sitemap><sitemap><loc>${at('/two.xml.gz')}</loc></sitemap></sitemapindex>`,
    '/one.xml': urlset(at('/orphan'), at('/no/x'), at('/linked'), at('/a%00b')),
    '/two.xml.gz': { headers: { 'content-type': 'application/gzip' }, body: gzipSync(urlset(at('/zipped'))) },
    '/': page('/linked'),
    '/linked': page(),
    '/orphan': page(),
    '/zipped': page(),
  })
  const crawl = await world.crawl({ seeds: [at('/')], sitemaps: true })
  expect(crawl).toMatchObject({ ended_because: 'completed', fetched: 4 })
  expect(site.count('/no/x')).toBe(0)
  const { items } = await world.read(`/api/crawls/${crawl.id}/findings?type=orphan`)
  expect(items.map(({ url }: Item) => url)).toEqual(expect.arrayContaining([at('/orphan'), at('/zipped')]))
  expect(items.map(({ url }: Item) => url)).not.toContain(at('/linked'))
  const sitemaps = await world.read(`/api/crawls/${crawl.id}/sitemaps`)
  expect(sitemaps.items).toHaveLength(3)
})

test('fields are extracted, and an unchanged page is extracted anew when the recipe is another one', async () => {
  const site = await startSite({
    '/': (ask, answer) => {
      if (ask.headers['if-none-match'] === '"1"') return answer.writeHead(304).end()
      return answer
        .writeHead(200, { 'content-type': 'text/html', etag: '"1"' })
        .end(`${page('/a')}<i>price</i><b>name</b>`)
    },
    '/a': page(),
  })
  const first = await world.crawl({ seeds: [`${site.url}/`], extract: [{ name: 'x', selector: 'i' }] })
  const read = async (id: string) => {
    const [{ key }] = await world.pages(id, `&q=${encodeURIComponent(`${site.url}/`)}&sort=depth`)
    return world.read(`/api/crawls/${id}/pages/${key}`)
  }
  expect((await read(first.id)).extracted).toEqual({ x: 'price' })
  const same = await world.crawl({ seeds: [`${site.url}/`], extract: [{ name: 'x', selector: 'i' }] })
  expect(await read(same.id)).toMatchObject({ extracted: { x: 'price' }, unchanged: true, status_code: 200 })
  expect(same).toMatchObject({ fetched: 2, previous_id: first.id })
  const { counts } = await world.read(`/api/crawls/${same.id}/compare/${first.id}`)
  expect(counts).toEqual({ new: 0, gone: 0, changed: 0, moved: 0, unchanged: 2 })
  const other = await world.crawl({ seeds: [`${site.url}/`], extract: [{ name: 'y', selector: 'b' }] })
  expect(await read(other.id)).toMatchObject({ extracted: { y: 'name' }, unchanged: false })
})

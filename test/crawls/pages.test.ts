import { addTenant, headersOf } from '../monitors/rows'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { addCrawl, addPage, addSitemapUrl, addUnfetched, keyOf } from './rows'

const SITE = 'https://site.test'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let crawl: string
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ TAILRACE_ROLE: 'web' })
  const { db } = app.app
  crawl = await addCrawl(db, { endedAt: null })
  await addPage(db, crawl, `${SITE}/`, {
    row: { depth: 0, duration_ms: 30, title: 'Welcome' },
    links: [[`${SITE}/a`, 'first'], [`${SITE}/a?utm_source=home`, 'tracked'], `${SITE}/gone`, `${SITE}/`],
    content: {
      headings: [{ level: 1, text: 'Hello' }],
      extracted: { price: '3 €', tags: ['a', 'b'], none: null },
      canonical: `${SITE}/`,
    },
  })
  await addPage(db, crawl, `${SITE}/a`, {
    row: { found_on: keyOf(`${SITE}/`), duration_ms: 10, bytes: 5_000, description: null },
    links: [[`${SITE}/gone`, 'see also'], `${SITE}/a`],
  })
  await addPage(db, crawl, `${SITE}/old`, {
    final: `${SITE}/new/`,
    row: { duration_ms: 20, depth: 3 },
    links: [[`${SITE}/a?utm_source=old`, 'via tracking']],
    content: { redirects: [{ url: `${SITE}/old`, status_code: 301, location: '/new/' }] },
  })
  await addUnfetched(db, crawl, `${SITE}/gone`, { status_code: 404, reason: 'status' })
  await addUnfetched(db, crawl, `${SITE}/private/x`, {
    ...{ outcome: 'skipped', reason: 'robots', explanation: 'Line 2 of robots.txt says "Disallow: /private".' },
  })
  await addSitemapUrl(db, crawl, `${SITE}/a`, '2026-01-02')
})
afterAll(() => parts.stop())

async function get(path: string, status = 200) {
  const response = await app.get(`/api/crawls/${crawl}${path}`)
  expect(response.status).toBe(status)
  return JSON.parse(await response.text())
}

const urlsOf = ({ items }: { items: { url: string }[] }) => items.map(({ url }) => url.replace(SITE, ''))

async function allOf(path: string, limit: number) {
  const urls: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor && `&cursor=${cursor}`}`)
    urls.push(...urlsOf(page))
    cursor = page.next_cursor
  }
  return urls
}

test('lists the URLs in any order, page by page', async () => {
  const byUrl = ['/', '/a', '/gone', '/old', '/private/x']
  for (const limit of [1, 2, 3, 5]) expect(await allOf('/pages', limit)).toEqual(byUrl)
  expect((await allOf('/pages?sort=-duration_ms', 2)).slice(0, 3)).toEqual(['/', '/old', '/a'])
  expect((await allOf('/pages?sort=-bytes', 2))[0]).toBe('/a')
  const byDepth = await allOf('/pages?sort=depth', 2)
  expect([byDepth[0], byDepth[4]]).toEqual(['/', '/old'])
  expect(await allOf('/pages?sort=fetched_at', 2)).toEqual(['/', '/a', '/old', '/gone', '/private/x'])
  await get('/pages?cursor=nonsense', 400)
})

test.each([
  ['status=failed', ['/gone']],
  ['status=failed,skipped', ['/gone', '/private/x']],
  ['reason=robots', ['/private/x']],
  ['status_code=404', ['/gone']],
  ['host=other.test', []],
  ['q=WELCOME', ['/']],
  ['q=%25', []],
  [`prefix=${SITE}/p`, ['/private/x']],
  [`prefix=${SITE}/`, ['/', '/a', '/gone', '/old', '/private/x']],
])('filters by %s', async (query, urls) => {
  expect(await allOf(`/pages?${query}`, 100)).toEqual(urls)
})

test('a page has everything that is stored about it', async () => {
  expect(await get(`/pages/${keyOf(`${SITE}/`)}`)).toMatchObject({
    ...{ url: `${SITE}/`, final_url: `${SITE}/`, title: 'Welcome', text: `text <title>${SITE}/</title><p>${SITE}/` },
    ...{ found_on: null, sitemap: null, headings: [{ level: 1, text: 'Hello' }], lang: 'en', first_byte_ms: 5.5 },
    extracted: { price: '3 €', tags: ['a', 'b'], none: null },
    content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect((await get(`/pages/${keyOf(`${SITE}/`)}`)).links).toHaveLength(4)
  expect(await get(`/pages/${keyOf(`${SITE}/a`)}`)).toMatchObject({
    ...{ found_on: `${SITE}/`, description: null },
    sitemap: { url: `${SITE}/sitemap.xml`, lastmod: '2026-01-02' },
  })
  expect(await get(`/pages/${keyOf(`${SITE}/old`)}`)).toMatchObject({
    ...{ final_url: `${SITE}/new/`, redirects: [{ url: `${SITE}/old`, status_code: 301, location: '/new/' }] },
  })
  expect(await get(`/pages/${keyOf(`${SITE}/gone`)}`)).toMatchObject({ links: [], text: '', content_hash: null })
  await get('/pages/123', 404)
  await get('/pages/12x', 400)
})

test('referrers are other pages, each once, with the text of its first link, however the link is written', async () => {
  const { items } = await get(`/pages/${keyOf(`${SITE}/a`)}/referrers`)
  expect(items).toEqual([
    { url: `${SITE}/`, text: 'first' },
    { url: `${SITE}/new/`, text: 'via tracking' },
  ])
  expect(await allOf(`/pages/${keyOf(`${SITE}/gone`)}/referrers`, 1)).toEqual(['/', '/a'])
})

test('says what became of any URL', async () => {
  const why = (url: string) => get(`/why?url=${encodeURIComponent(url)}`)
  expect(await why(`${SITE}/private/x`)).toMatchObject({
    ...{ state: 'skipped', reason: 'robots', explanation: 'Line 2 of robots.txt says "Disallow: /private".' },
    page: { url: `${SITE}/private/x` },
  })
  expect(await why(`${SITE}/gone#part`)).toMatchObject({
    ...{ state: 'failed', reason: 'status', explanation: 'It failed: status.' },
    referrers: [{ url: `${SITE}/` }, { url: `${SITE}/a`, text: 'see also' }],
  })
  expect(await why(`${SITE}/old`)).toMatchObject({
    ...{ state: 'fetched', explanation: `It was fetched with status 200, after redirects to ${SITE}/new/.` },
  })
  expect(await why(`${SITE}/never`)).toMatchObject({ state: 'unknown', page: null, referrers: [] })
  expect(await why('mailto:me')).toMatchObject({ state: 'unknown', explanation: expect.stringContaining('http') })
})

test('another tenant sees nothing of it', async () => {
  const headers = await headersOf(app.app.db, 'viewer', await addTenant(app.app.db))
  const paths = ['pages', `pages/${keyOf(`${SITE}/`)}`, `pages/${keyOf(`${SITE}/`)}/referrers`, 'why?url=x', 'hosts']
  const more = ['findings', 'links/broken', 'links', 'sitemaps', 'tree', `compare/${crawl}`, 'export']
  for (const path of [...paths, ...more]) {
    const response = await fetch(`${app.url}/api/crawls/${crawl}/${path}`, { headers })
    expect([path, response.status]).toEqual([path, 404])
  }
})

import { DEFAULT_TENANT_ID } from '../../src/api'
import type { Db } from '../../src/base/db'
import { analyse } from '../../src/crawls/reports/analyse'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { rows } from '../support/rows'
import { addCrawl, addPage, addSitemapUrl, addUnfetched, keyOf, sha256 } from './rows'

const SITE = 'https://site.test'
const OTHER = 'https://other.test'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let db: Db
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ TAILRACE_ROLE: 'web' })
  db = app.app.db
})
afterAll(() => parts.stop())

async function get(crawl: string, path: string) {
  const response = await app.get(`/api/crawls/${crawl}${path}`)
  expect(response.status).toBe(200)
  return JSON.parse(await response.text())
}

/** As the step of the job does. */
async function analysed(crawlId: string, previousId: string | null = null) {
  const input = { tenantId: DEFAULT_TENANT_ID, crawlId, previousId }
  const findings = await analyse(db, input, new AbortController().signal)
  await db('crawls')
    .where({ id: crawlId })
    .update({ findings: JSON.stringify(findings) })
  return findings
}

async function foundIn(crawl: string, type: string) {
  const { items } = await get(crawl, `/findings?type=${type}`)
  return items.map((item: Record<string, unknown>) => ({ ...item, url: String(item.url).replace(SITE, '') }))
}

/** A site with broken links of every sort. */
async function brokenSite(previousId?: string) {
  const crawl = await addCrawl(db, previousId === undefined ? {} : { previousId })
  const bad = ['/404', '/timeout', '/loop', '/to-404'].map(path => SITE + path)
  await addPage(db, crawl, `${SITE}/`, {
    links: [
      [`${SITE}/404?utm_source=home`, 'missing'],
      ...[...bad, `${OTHER}/gone`, `${OTHER}/dead`].map(url => [url, `to ${url}`] as [string, string]),
      ...['/private', '/refused', '/fine', '/unchecked'].map(path => OTHER + path),
      ...[`${SITE}/robots`, `${SITE}/inner`, `${SITE}/ok`],
    ],
  })
  await addPage(db, crawl, `${SITE}/a`, { links: [[`${SITE}/404`, 'again']] })
  // the same page as `/a`: what it has counts once
  await addPage(db, crawl, `${SITE}/alias`, { final: `${SITE}/a`, links: [[`${SITE}/404`, 'again']] })
  await addPage(db, crawl, `${SITE}/ok`)
  await addUnfetched(db, crawl, `${SITE}/404`, { status_code: 404, reason: 'status' })
  await addUnfetched(db, crawl, `${SITE}/timeout`, { reason: 'timeout', explanation: 'No answer in 20 s.' })
  await addUnfetched(db, crawl, `${SITE}/loop`, { status_code: 302, reason: 'redirect_loop', redirects: 1 })
  await addUnfetched(db, crawl, `${SITE}/to-404`, {
    ...{
      outcome: 'skipped',
      reason: 'redirect_out_of_scope',
      final_url: `${OTHER}/gone`,
      final_key: keyOf(`${OTHER}/gone`),
    },
  })
  await addUnfetched(db, crawl, `${SITE}/seed`, { status_code: 500, reason: 'status', depth: 0 })
  await addUnfetched(db, crawl, `${SITE}/robots`, { outcome: 'skipped', reason: 'robots' })
  await addUnfetched(db, crawl, `${SITE}/inner`, { reason: 'blocked_address' })
  const external = { outcome: 'skipped', reason: 'out_of_scope', is_external: true }
  await addUnfetched(db, crawl, `${OTHER}/gone`, { ...external, status_code: 410 })
  await addUnfetched(db, crawl, `${OTHER}/dead`, { ...external, reason: 'dns_not_found' })
  await addUnfetched(db, crawl, `${OTHER}/private`, { ...external, status_code: 403 })
  await addUnfetched(db, crawl, `${OTHER}/refused`, { ...external, reason: 'blocked_address' })
  await addUnfetched(db, crawl, `${OTHER}/fine`, { ...external, status_code: 200 })
  await addUnfetched(db, crawl, `${OTHER}/unchecked`, external)
  return crawl
}

const BROKEN = [
  { url: `${OTHER}/dead`, status_code: null, error: 'dns_not_found', is_external: true, referrer_count: 1 },
  { url: `${OTHER}/gone`, status_code: 410, error: null, is_external: true, referrer_count: 1 },
  {
    ...{ url: `${SITE}/404?utm_source=home`, status_code: 404, error: null, is_external: false, referrer_count: 2 },
    referrers: [
      { url: `${SITE}/`, text: 'missing' },
      { url: `${SITE}/a`, text: 'again' },
    ],
  },
  { url: `${SITE}/loop`, status_code: 302, error: 'redirect_loop' },
  { url: `${SITE}/timeout`, status_code: null, error: 'No answer in 20 s.' },
  { url: `${SITE}/to-404`, status_code: 410, is_external: false },
]

describe('broken links', () => {
  let first: string
  beforeAll(async () => {
    first = await brokenSite()
  })

  test('are known while the crawl runs', async () => {
    const { items, next_cursor } = await get(first, '/links/broken')
    expect(items).toMatchObject(BROKEN)
    expect(items.every((item: { is_new: unknown }) => item.is_new === null)).toBe(true)
    expect(next_cursor).toBeNull()
    const { items: some, next_cursor: more } = await get(first, '/links/broken?limit=4')
    const { items: others } = await get(first, `/links/broken?limit=4&cursor=${more}`)
    expect([...some, ...others]).toEqual(items)
  })

  test('are the same once it is analysed, however often', async () => {
    const live = (await get(first, '/links/broken')).items
    const findings = await analysed(first)
    expect(findings.broken_link).toBe(6)
    const { items } = await get(first, '/links/broken')
    expect(items).toEqual(live)
    expect(await analysed(first)).toEqual(findings)
    expect((await get(first, '/links/broken')).items).toEqual(items)
    const { items: some, next_cursor: more } = await get(first, '/links/broken?limit=4')
    const { items: others } = await get(first, `/links/broken?limit=4&cursor=${more}`)
    expect([...some, ...others]).toEqual(items)
    expect(await foundIn(first, 'broken_link')).toContainEqual(
      expect.objectContaining({
        url: '/404?utm_source=home',
        detail: 'answers with status 404, linked from 2 pages',
        related: [`${SITE}/`, `${SITE}/a`],
      }),
    )
  })

  test('are new if the crawl before did not have them', async () => {
    const second = await brokenSite(first)
    await addPage(db, second, `${SITE}/b`, { links: [[`${SITE}/404-too`, 'new one']] })
    await addUnfetched(db, second, `${SITE}/404-too`, { status_code: 404 })
    await analysed(second, first)
    expect((await get(second, '/links/broken?is_new=true')).items).toMatchObject([{ url: `${SITE}/404-too` }])
    expect((await get(second, '/links/broken?is_new=false')).items).toHaveLength(6)
  })
})

test('broken links that many pages have keep the first 1,000 referrers, and count all', async () => {
  const crawl = await addCrawl(db)
  await addUnfetched(db, crawl, `${SITE}/404`, { status_code: 404 })
  await rows(
    db,
    `INSERT INTO crawl_pages (crawl_id, key, tenant_id, url, host, depth, outcome, links)
     SELECT :crawl, n, :tenant, 'https://site.test/p' || lpad(n::text, 4, '0'), 'site.test', 1, 'fetched',
       ARRAY[CAST(:key AS bigint)] FROM generate_series(1, 1200) AS n`,
    { crawl, tenant: DEFAULT_TENANT_ID, key: keyOf(`${SITE}/404`) },
  )
  await analysed(crawl)
  const [link] = (await get(crawl, '/links/broken')).items
  expect(link.referrer_count).toBe(1_200)
  expect(link.referrers.map(({ url }: { url: string }) => url)).toEqual(
    Array.from({ length: 1_000 }, (_, n) => `${SITE}/p${String(n + 1).padStart(4, '0')}`),
  )
})

describe('other findings', () => {
  let crawl: string
  beforeAll(async () => {
    crawl = await addCrawl(db)
    const twins = { body: 'the same', row: { title: 'Twin' } }
    const links = ['/linked', '/short', '/self', '/short-to-page'].map(path => SITE + path)
    await addPage(db, crawl, `${SITE}/`, { links: links.filter(url => !url.endsWith('/self')) })
    await addPage(db, crawl, `${SITE}/chain`, {
      final: `${SITE}/end`,
      row: { redirects: 2 },
      content: {
        redirects: [
          { url: `${SITE}/chain`, status_code: 301, location: '/middle' },
          { url: `${SITE}/middle`, status_code: 302, location: '/end' },
        ],
      },
    })
    await addPage(db, crawl, `${SITE}/short`, { final: `${SITE}/once` })
    await addPage(db, crawl, `${SITE}/twin-1`, twins)
    await addPage(db, crawl, `${SITE}/twin-2`, twins)
    await addPage(db, crawl, `${SITE}/twin-hidden`, { ...twins, row: { ...twins.row, noindex: true } })
    await addPage(db, crawl, `${SITE}/twin-alias`, { ...twins, final: `${SITE}/twin-1` })
    for (const name of ['empty-1', 'empty-2'])
      await addPage(db, crawl, `${SITE}/${name}`, { body: name, row: { text_hash: sha256('') } })
    await addPage(db, crawl, `${SITE}/bare`, { row: { title: ' ', description: null } })
    await addPage(db, crawl, `${SITE}/bare-hidden`, { row: { title: null, noindex: true } })
    await addPage(db, crawl, `${SITE}/bare.pdf`, { row: { title: null, content_type: 'application/pdf' } })
    await addPage(db, crawl, `${SITE}/slow`, { row: { duration_ms: 3_210 } })
    await addPage(db, crawl, `${SITE}/mixed`, {
      row: { mixed_content: 1 },
      content: { mixed_content: ['http://site.test/i.png'] },
    })
    await addPage(db, crawl, `${SITE}/linked`)
    await addPage(db, crawl, `${SITE}/lonely`)
    await addPage(db, crawl, `${SITE}/self`, { links: [`${SITE}/self`] })
    await addPage(db, crawl, `${SITE}/short-to-page`, { final: `${SITE}/by-alias` })
    await addPage(db, crawl, `${SITE}/by-alias`)
    for (const path of ['/linked', '/lonely', '/self', '/by-alias', '/never-fetched'])
      await addSitemapUrl(db, crawl, SITE + path)
    await analysed(crawl)
  })

  test.each([
    ['redirect_chain', [{ url: '/chain', detail: 'redirects 2 times', related: [`${SITE}/middle`, `${SITE}/end`] }]],
    ['orphan', [{ url: '/lonely', related: [`${SITE}/sitemap.xml`] }, { url: '/self' }]],
    [
      'duplicate_content',
      [
        { url: '/twin-1', detail: 'has the same content as another page', related: [`${SITE}/twin-2`] },
        { url: '/twin-2', related: [`${SITE}/twin-1`] },
      ],
    ],
    ['duplicate_title', [{ url: '/twin-1', title: 'Twin' }, { url: '/twin-2' }]],
    ['missing_title', [{ url: '/bare' }]],
    ['missing_description', [{ url: '/bare' }]],
    ['slow_page', [{ url: '/slow', detail: 'took 3.2 s' }]],
    ['mixed_content', [{ url: '/mixed', detail: 'loads a resource over HTTP', related: ['http://site.test/i.png'] }]],
  ])('%s', async (type, found) => {
    const items = await foundIn(crawl, type)
    expect(items).toHaveLength(found.length)
    expect(items).toMatchObject(found)
  })

  test('are listed by type, page by page', async () => {
    const all = (await get(crawl, '/findings')).items
    const paged: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: unknown[]; next_cursor: string | null } = await get(
        crawl,
        `/findings?limit=3${cursor && `&cursor=${cursor}`}`,
      )
      paged.push(...page.items)
      cursor = page.next_cursor
    }
    expect(paged).toEqual(all)
    expect(all[0].type).toBe('redirect_chain')
  })
})

test('the tree has folders with the number of their pages', async () => {
  const crawl = await addCrawl(db)
  for (const path of ['/', '/docs', '/docs/', '/docs/a.html', '/docs/a.html?page=2', '/docs/deep/er/x', '/z'])
    await addPage(db, crawl, SITE + path)
  await addUnfetched(db, crawl, `${SITE}/docs/gone`, { status_code: 404 })
  await addUnfetched(db, crawl, `${SITE}/private/x`, { outcome: 'skipped', reason: 'robots' })
  await addUnfetched(db, crawl, `${OTHER}/x`, { outcome: 'skipped', reason: 'out_of_scope', is_external: true })
  const none = { fetched: 0, failed: 0, skipped: 0 }
  expect((await get(crawl, '/tree')).items).toEqual([
    { name: 'site.test', url: `${SITE}/`, fetched: 7, failed: 1, skipped: 1, has_children: true },
  ])
  const top = (await get(crawl, `/tree?below=${SITE}/`)).items
  expect(top).toEqual([
    { ...none, name: '/', url: `${SITE}/`, fetched: 1, has_children: false },
    { ...none, name: 'docs', url: `${SITE}/docs/`, fetched: 5, failed: 1, has_children: true },
    { ...none, name: 'private', url: `${SITE}/private/`, skipped: 1, has_children: true },
    { ...none, name: 'z', url: `${SITE}/z`, fetched: 1, has_children: false },
  ])
  const { items, next_cursor } = await get(crawl, `/tree?below=${SITE}/docs&limit=2`)
  const { items: more } = await get(crawl, `/tree?below=${SITE}/docs&limit=2&cursor=${next_cursor}`)
  expect([...items, ...more].map(({ name, fetched }) => [name, fetched])).toEqual([
    ['/', 1],
    ['a.html', 2],
    ['deep', 1],
    ['gone', 0],
  ])
})

test('hosts have their robots.txt and the number of their pages', async () => {
  const crawl = await addCrawl(db)
  await addPage(db, crawl, `${SITE}/`)
  await addUnfetched(db, crawl, `${SITE}/x`, { status_code: 500 })
  await addUnfetched(db, crawl, `${OTHER}/x`, { outcome: 'skipped', reason: 'out_of_scope' })
  const robots = { host: 'site.test', outcome: 'parsed', status_code: 200, crawl_delay_seconds: 2 }
  await db('crawl_hosts').insert([
    { ...robots, crawl_id: crawl, origin: 'http://site.test', outcome: 'absent' },
    { ...robots, crawl_id: crawl, origin: SITE, sitemaps: [`${SITE}/s.xml`] },
  ])
  await db('crawl_sitemaps').insert({ crawl_id: crawl, url: `${SITE}/s.xml`, format: 'urlset', urls: 3 })
  const { items } = await get(crawl, '/hosts')
  expect(items).toEqual([
    {
      ...{ host: 'site.test', queued: 0, fetched: 1, failed: 1, delay_ms: null, next_fetch_at: null },
      robots: {
        ...{ origin: SITE, outcome: 'parsed', status_code: 200, detail: null, crawl_delay_seconds: 2 },
        ...{ sitemaps: [`${SITE}/s.xml`], fetched_at: expect.any(String) },
      },
    },
  ])
  expect((await get(crawl, '/hosts?q=other')).items).toEqual([])
  expect((await get(crawl, '/sitemaps')).items).toMatchObject([{ url: `${SITE}/s.xml`, urls: 3, problem: null }])
})

test('the link graph has every link in the order of pages', async () => {
  const crawl = await addCrawl(db)
  const links = (page: number) => Array.from({ length: 3 }, (_, n) => `${SITE}/${page}/${n}`)
  for (const page of [1, 2, 3]) await addPage(db, crawl, `${SITE}/p${page}`, { links: links(page) })
  await addPage(db, crawl, `${SITE}/p0`)
  const all = (await get(crawl, '/links')).items
  expect(all.map(({ from, url }: { from: string; url: string }) => [from, url])).toEqual(
    [1, 2, 3].flatMap(page => links(page).map(url => [`${SITE}/p${page}`, url])),
  )
  const paged: unknown[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await get(crawl, `/links?limit=2${cursor && `&cursor=${cursor}`}`)
    paged.push(...page.items)
    cursor = page.next_cursor
  }
  expect(paged).toEqual(all)
})

test('compares what two crawls have fetched', async () => {
  const [earlier, later] = [await addCrawl(db), await addCrawl(db)]
  for (const crawl of [earlier, later])
    for (const path of ['/', '/same', '/old-alias']) await addPage(db, crawl, SITE + path, { body: `same${path}` })
  const pages: [path: string, before: Parameters<typeof addPage>[3], after: Parameters<typeof addPage>[3]][] = [
    ['/title', { body: 'x', row: { title: 'Old' } }, { body: 'x', row: { title: 'New' } }],
    ['/text', { body: 'one' }, { body: 'two' }],
    ['/markup', { body: 'm', row: { text_hash: sha256('m') } }, { body: 'n', row: { text_hash: sha256('m') } }],
    ['/hidden', { body: 'h' }, { body: 'h', row: { noindex: true } }],
  ]
  for (const [path, before, after] of pages) {
    await addPage(db, earlier, SITE + path, before)
    await addPage(db, later, SITE + path, after)
  }
  await addPage(db, earlier, `${SITE}/removed`)
  await addPage(db, earlier, `${SITE}/dead`)
  await addUnfetched(db, later, `${SITE}/dead`, { status_code: 404 })
  await addPage(db, earlier, `${SITE}/skipped-now`)
  await addUnfetched(db, later, `${SITE}/skipped-now`, { outcome: 'skipped', reason: 'page_limit' })
  await addPage(db, earlier, `${SITE}/from`, { body: 'moving' })
  await addPage(db, later, `${SITE}/to`, { body: 'moving' })
  await addPage(db, earlier, `${SITE}/renamed`)
  await addPage(db, later, `${SITE}/renamed`, { final: `${SITE}/name` })
  await addUnfetched(db, earlier, `${SITE}/healed`, { status_code: 503 })
  await addPage(db, later, `${SITE}/healed`)
  await addPage(db, later, `${SITE}/added`)
  const result = await get(later, `/compare/${earlier}`)
  const listed = (kind: string) =>
    result[kind].map(({ url, detail }: { url: string; detail: string }) => [url.replace(SITE, ''), detail])
  expect(listed('new')).toEqual([
    ['/added', 'was not there'],
    ['/healed', 'failed before: status 503'],
  ])
  expect(listed('gone')).toEqual([
    ['/dead', 'fails now: status 404'],
    ['/removed', 'was not found'],
  ])
  expect(listed('changed')).toEqual([
    ['/hidden', 'noindex'],
    ['/markup', 'markup'],
    ['/text', 'content'],
    ['/title', 'title'],
  ])
  expect(listed('moved')).toEqual([
    ['/from', `to ${SITE}/to`],
    ['/renamed', `to ${SITE}/name`],
  ])
  expect(result.counts).toEqual({ new: 2, gone: 2, changed: 4, moved: 2, unchanged: 3 })
  expect((await get(later, `/compare/${later}`)).counts).toMatchObject({ new: 0, gone: 0, changed: 0, moved: 0 })
})

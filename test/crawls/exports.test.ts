import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { DEFAULT_TENANT_ID } from '../../src/api'
import type { Db } from '../../src/base/db'
import { ROOT } from '../../src/base/root'
import { sitemapOf } from '../../src/crawls/exports/sitemap'
import { requireCrawl } from '../../src/crawls/pages/crawl-ref-store'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { addCrawl, addPage, addSitemapUrl, addUnfetched, keyOf } from './rows'

const SITE = 'https://site.test'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let db: Db
let crawl: string
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ TAILRACE_ROLE: 'web', PUBLIC_URL: 'https://tailrace.test' })
  db = app.app.db
  crawl = await addCrawl(db, {
    settings: {
      extract: [
        { name: 'url', selector: 'b', all: false },
        { name: 'price', selector: 'i', all: true },
      ],
    },
  })
  await addPage(db, crawl, `${SITE}/?a=1&b=2`, {
    body: 'Grüße\r\n\r\n\0',
    row: { title: '=HYPERLINK("x")' },
    content: { extracted: { url: 'own', price: ['1', '2'] }, last_modified: 'Fri, 02 Jan 2026 03:04:05 GMT' },
    links: [`${SITE}/a`],
  })
  await addPage(db, crawl, `${SITE}/a`, { content: { canonical: `${SITE}/?a=1&b=2` }, archive: false })
  await addPage(db, crawl, `${SITE}/b`, { content: { canonical: `${SITE}/b?utm_source=x` }, body: '' })
  await addPage(db, crawl, `${SITE}/hidden`, { row: { noindex: true } })
  await addPage(db, crawl, `${SITE}/old`, {
    final: `${SITE}/new`,
    head: 'HTTP/1.1 200 Fine\nTransfer-Encoding: chunked\n\n',
    body: '5\r\nno chunks',
    content: { truncated: true },
  })
  await addPage(db, crawl, `${SITE}/p.pdf`, { row: { content_type: 'application/pdf' }, archive: false })
  await addUnfetched(db, crawl, `${SITE}/gone`, { status_code: 404, reason: 'status', found_on: keyOf(`${SITE}/a`) })
  await addUnfetched(db, crawl, `${SITE}/no`, { outcome: 'skipped', reason: 'robots' })
  await addSitemapUrl(db, crawl, `${SITE}/a`)
})
afterAll(() => parts.stop())

async function download(query: string) {
  const response = await app.get(`/api/crawls/${crawl}/export?${query}`)
  expect(response.status).toBe(200)
  return response
}

test('JSON lines have everything about every page', async () => {
  const response = await download('')
  expect(response.headers.get('content-disposition')).toContain(`crawl-${crawl}.jsonl`)
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.map(({ url }) => url.replace(SITE, ''))).toEqual([
    ...['/?a=1&b=2', '/a', '/b', '/gone', '/hidden', '/no', '/old', '/p.pdf'],
  ])
  for (const line of [lines[0], lines[3], lines[6]])
    expect(line).toEqual(await (await app.get(`/api/crawls/${crawl}/pages/${line.key}`)).json())
})

test('CSV has a row per page, safe for spreadsheets, with what was extracted', async () => {
  const csv = Buffer.from(await (await download('format=csv&bom=1')).arrayBuffer()).toString()
  const [head, first, ...others] = csv.trimEnd().split('\r\n')
  expect(head).toMatch(/^\ufeffurl,final_url,outcome,.*,fetched_at,result_url,price$/)
  expect(first).toMatch(/^https:\/\/site\.test\/\?a=1&b=2,.*,"'=HYPERLINK\(""x""\)",.*,own,"\[""1"",""2""\]"$/)
  expect(others).toHaveLength(7)
})

test('the sitemap has pages that may be indexed, and that are their own canonical ones', async () => {
  const xml = await (await download('format=sitemap')).text()
  expect(xml).toContain('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
  expect([...xml.matchAll(/<url>(.*)<\/url>/g)].map(match => match[1])).toEqual([
    `<loc>${SITE}/?a=1&amp;b=2</loc><lastmod>2026-01-02T03:04:05.000Z</lastmod>`,
    `<loc>${SITE}/b</loc>`,
    `<loc>${SITE}/new</loc>`,
  ])
  expect(await (await download('format=sitemap&part=1')).text()).toBe(xml)
  expect((await app.get(`/api/crawls/${crawl}/export?format=sitemap&part=2`)).status).toBe(404)
})

test('a sitemap that is too large becomes an index of parts', async () => {
  const read = await requireCrawl(db, DEFAULT_TENANT_ID, crawl)
  const text = async (part: number | undefined) => {
    const options = { part, addressOf: (number: number) => `https://x.test/?a&part=${number}`, urlsMax: 3 }
    let xml = ''
    for await (const chunk of await sitemapOf(db, read, options)) xml += chunk
    return [...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map(match => match[1]?.replace(SITE, ''))
  }
  expect(await text(undefined)).toEqual(['https://x.test/?a&amp;part=1', 'https://x.test/?a&amp;part=2'])
  expect([await text(1), await text(2)]).toEqual([['/?a=1&amp;b=2', '/b'], ['/new']])
})

interface WarcRecord {
  type: string
  uri: string | null
  text: string
  block: string
  payload: string | null
  computed: { block: string; payload: string }
}

test('another program reads the WARC file, and computes the same digests', async () => {
  const response = await download('format=warc')
  expect(response.headers.get('content-encoding')).toBeNull()
  const script = join(ROOT, 'test/crawls/read-warc.mjs')
  const input = Buffer.from(await response.arrayBuffer())
  const records: WarcRecord[] = JSON.parse(execFileSync(process.execPath, [script], { input }).toString())
  expect(records.map(({ type, uri }) => [type, uri?.replace(SITE, '') ?? null])).toEqual([
    ['warcinfo', null],
    ['response', '/?a=1&b=2'],
    ['metadata', '/a'],
    ['response', '/b'],
    ['metadata', '/gone'],
    ['response', '/hidden'],
    ['response', '/new'],
    ['metadata', '/p.pdf'],
  ])
  expect(records[0]).toMatchObject({ version: 'WARC/1.1', text: expect.stringContaining(`isPartOf: ${crawl}`) })
  expect(records[1]).toMatchObject({ status: 200, text: 'Grüße\r\n\r\n\0', truncated: null })
  expect(records[6]).toMatchObject({ truncated: 'length', text: '5\r\nno chunks' })
  expect(records[4]?.text).toBe(
    `outcome: failed\r\nstatus: 404\r\nreason: status\r\nvia: ${SITE}/a\r\nhopsFromSeed: 1\r\n`,
  )
  for (const { type, block, payload, computed } of records) {
    if (type === 'warcinfo') continue
    expect(block).toMatch(/^sha1:[A-Z2-7]{32}$/)
    expect(computed.block).toBe(block)
    if (type === 'response') expect(computed.payload).toBe(payload)
  }
})

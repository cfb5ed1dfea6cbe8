import { gzipSync } from 'node:zlib'
import { closeSites } from '../../support/sites'
import { sitemapIndex, startSitemaps, urlset } from './world'

const numbered = (count: number, of = 'https://example.org/') => Array.from({ length: count }, (_, index) => of + index)
let world: Awaited<ReturnType<typeof startSitemaps>>
let url: (path: string) => string

beforeAll(async () => {
  world = await startSitemaps()
  url = path => world.site.url(path)
})
beforeEach(() => {
  world.files.clear()
  world.asked.length = 0
})
afterAll(closeSites)

test('what indexes list is read, and each sitemap is reported after its pages', async () => {
  world.files.set('/index.xml', sitemapIndex([url('/a.xml.gz'), '/b.txt', url('/missing.xml'), url('/more.xml')]))
  world.files.set('/a.xml.gz', gzipSync(urlset(['https://example.org/1'])))
  world.files.set('/b.txt', 'https://example.org/2')
  world.files.set('/more.xml', sitemapIndex([url('/c.xml')]))
  world.files.set('/c.xml', urlset(['https://example.org/3', 'https://example.org/4']))
  const order: string[] = []
  const pathOf = (address: string) => address.slice(url('').length)
  await world.walk(['/index.xml'], {
    onUrls: async entries => void order.push(...entries.map(entry => `${entry.url} ${pathOf(entry.sitemap)}`)),
    onSitemap: async report =>
      void order.push(`${pathOf(report.url)} ${report.format} ${report.urls} ${report.statusCode} ${report.problem}`),
  })
  expect(order).toEqual([
    '/index.xml index 4 200 null',
    'https://example.org/1 /a.xml.gz',
    '/a.xml.gz urlset 1 200 null',
    'https://example.org/2 /b.txt',
    '/b.txt text 1 200 null',
    '/missing.xml null 0 404 The server answered 404 Not Found.',
    '/more.xml index 1 200 null',
    'https://example.org/3 /c.xml',
    'https://example.org/4 /c.xml',
    '/c.xml urlset 2 200 null',
  ])
})

test('each is read once, so loops end', async () => {
  world.files.set('/a.xml', sitemapIndex([url('/a.xml'), url('/b.xml'), url('/b.xml#x')]))
  world.files.set('/b.xml', sitemapIndex([url('/a.xml')]))
  const { reports } = await world.walk(['/a.xml', '/a.xml'])
  expect(world.asked).toEqual(['/a.xml', '/b.xml'])
  expect(reports.map(({ problem }) => problem)).toEqual([null, null])
})

test('redirects are followed, but not to what is read anyway', async () => {
  world.files.set('/a.xml', { status: 301, headers: { location: '/b.xml' } })
  world.files.set('/b.xml', urlset(['https://example.org/1']))
  world.files.set('/c.xml', { status: 302, headers: { location: '/b.xml' } })
  const { entries, reports } = await world.walk(['/a.xml', '/c.xml'])
  expect(entries).toEqual([{ url: 'https://example.org/1', lastmod: null, sitemap: url('/a.xml') }])
  expect(reports).toMatchObject([
    { format: 'urlset', urls: 1, problem: null },
    { format: null, problem: `It redirects to ${url('/b.xml')}, which is read anyway.` },
  ])
})

test('children and redirects are only fetched where that is allowed', async () => {
  world.files.set('/index.xml', sitemapIndex([url('/private/a.xml'), url('/b.xml')]))
  world.files.set('/b.xml', { status: 302, headers: { location: '/private/b.xml' } })
  const { reports } = await world.walk(['/index.xml'], { mayFetch: async asked => !asked.includes('/private/') })
  expect(world.asked).toEqual(['/index.xml', '/b.xml'])
  expect(reports.slice(1)).toMatchObject([
    { url: url('/private/a.xml'), format: null, problem: 'It is not read: the crawl may not fetch it.' },
    { url: url('/b.xml'), problem: `It redirects to ${url('/private/b.xml')}, which may not be fetched.` },
  ])
})

test('where the walk begins is always fetched', async () => {
  world.files.set('/a.xml', urlset(['https://example.org/1']))
  const { reports } = await world.walk(['/a.xml', 'ftp://example.org/', 'nonsense'], { mayFetch: () => false })
  expect(reports).toMatchObject([
    { format: 'urlset', urls: 1 },
    { url: 'ftp://example.org/', problem: 'It is no http address.' },
    { url: 'nonsense', problem: 'It is no http address.' },
  ])
})

test('indexes are followed five deep', async () => {
  for (let depth = 0; depth < 8; depth++) world.files.set(`/${depth}.xml`, sitemapIndex([url(`/${depth + 1}.xml`)]))
  const { reports } = await world.walk(['/0.xml'])
  expect(world.asked).toHaveLength(6)
  expect(reports.at(-1)?.problem).toBe('1 of its sitemaps are not read: indexes are nested more than 5 deep.')
})

test('at most 500 sitemaps are read', async () => {
  world.files.set('/index.xml', sitemapIndex(numbered(600, url('/s'))))
  const { reports } = await world.walk(['/index.xml'])
  expect(reports).toHaveLength(500)
  expect(reports[0]).toMatchObject({ urls: 600, problem: '101 of its sitemaps are not read: at most 500 are read.' })
})

test('at most 50,000 addresses of a sitemap are read', async () => {
  world.files.set('/a.xml', urlset(numbered(50_001)))
  const { batches, entries, reports } = await world.walk(['/a.xml'])
  expect(entries).toHaveLength(50_000)
  expect(Math.max(...batches.map(batch => batch.length))).toBe(500)
  expect(reports[0]).toMatchObject({
    urls: 50_000,
    problem: 'It lists more than 50,000 addresses: the rest is ignored.',
  })
})

test('all sitemaps together give no more pages than asked for', async () => {
  world.files.set('/a.xml', urlset(numbered(700)))
  world.files.set('/b.xml', urlset(numbered(700)))
  world.files.set('/c.xml', urlset(numbered(700)))
  const { entries, reports } = await world.walk(['/a.xml', '/b.xml', '/c.xml'], {}, { urlsMax: 1_000 })
  expect(entries).toHaveLength(1_000)
  expect(world.asked).toEqual(['/a.xml', '/b.xml'])
  expect(reports.map(({ problem }) => problem)).toEqual([
    null,
    'The most pages that are taken from sitemaps are reached: the rest is ignored.',
    'It is not read: those before it list the most pages that are taken from sitemaps.',
  ])
})

test('a compressed sitemap is read up to 50 MB', async () => {
  const size = 50 * 1024 * 1024
  const bomb = gzipSync(
    Buffer.concat([Buffer.from(urlset(['https://example.org/1']).slice(0, -9)), Buffer.alloc(size, ' ')]),
  )
  world.files.set('/a.xml', bomb)
  const { reports } = await world.walk(['/a.xml'])
  expect(reports).toMatchObject([{ urls: 1, problem: 'It is longer than 50 MB: the rest is ignored.' }])
})

test('no more is read while pages are being taken', async () => {
  world.files.set('/a.xml', urlset(numbered(1_200)))
  let parallel = 0
  const sizes: number[] = []
  await world.walk(['/a.xml'], {
    onUrls: async entries => {
      expect(++parallel).toBe(1)
      sizes.push(entries.length)
      await new Promise(setImmediate)
      parallel--
    },
  })
  expect(sizes).toEqual([500, 500, 200])
})

test('an abort ends the walk between two batches, and an error of the caller ends it too', async () => {
  world.files.set('/a.xml', urlset(numbered(1_200)))
  const controller = new AbortController()
  let batches = 0
  const onUrls = async () => {
    batches++
    controller.abort(new Error('cancelled'))
  }
  await expect(world.walk(['/a.xml'], { onUrls }, { signal: controller.signal })).rejects.toThrow('cancelled')
  expect(batches).toBe(1)
  const fails = () => Promise.reject(new Error('no database'))
  await expect(world.walk(['/a.xml'], { onUrls: fails })).rejects.toThrow('no database')
})

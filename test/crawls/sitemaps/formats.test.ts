import { gzipSync } from 'node:zlib'
import { closeSites } from '../../support/sites'
import { startSitemaps, urlset } from './world'

const A = 'https://example.org/a'
const B = 'https://example.org/b'
let world: Awaited<ReturnType<typeof startSitemaps>>

beforeAll(async () => {
  world = await startSitemaps()
})
afterAll(closeSites)

const head = '<?xml version="1.0" encoding="UTF-8"?>\n'
const entry = (inner: string) => `<url>${inner}</url>`

test.each<[name: string, body: string | Buffer, format: string]>([
  ['the protocol', `${head}${urlset([A, B])}`, 'urlset'],
  ['no declaration', urlset([A, B]), 'urlset'],
  ['no namespace', urlset([A, B]).replace(/ xmlns="[^"]*"/, ''), 'urlset'],
  ['a wrong namespace', urlset([A, B]).replace('sitemaps.org', 'google.com'), 'urlset'],
  [
    'a prefix',
    urlset([A, B])
      .replace('xmlns=', 'xmlns:s=')
      .replace(/<(\/?)(?=[a-z])/g, '<$1s:'),
    'urlset',
  ],
  ['names in upper case', urlset([A, B]).replace(/(url|loc)/g, name => name.toUpperCase()), 'urlset'],
  ['a byte order mark', `\uFEFF${head}${urlset([A, B])}`, 'urlset'],
  ['blank lines first', `\n\n  ${urlset([A, B])}`, 'urlset'],
  ['UTF-16', Buffer.from(`\uFEFF${urlset([A, B])}`, 'utf16le'), 'urlset'],
  ['white space around addresses', urlset([`\n  ${A}\n`, `\t${B} `]), 'urlset'],
  ['CDATA', urlset([`<![CDATA[${A}]]>`, `<![CDATA[${B}]]>`]), 'urlset'],
  ['comments', urlset([`<!-- x -->${A}<!-- <loc>https://c.d/</loc> -->`, B]), 'urlset'],
  [
    'a stylesheet and a document type',
    `${head}<?xml-stylesheet href="a.xsl"?><!DOCTYPE urlset>${urlset([A, B])}`,
    'urlset',
  ],
  ['gzip', gzipSync(urlset([A, B])), 'urlset'],
  [
    'gzip in two members',
    Buffer.concat([gzipSync(`<urlset>${entry(`<loc>${A}</loc>`)}`), gzipSync(`${entry(`<loc>${B}</loc>`)}</urlset>`)]),
    'urlset',
  ],
  ['lines', `${A}\r\n\r\n${B}`, 'text'],
  ['lines with CR only and a byte order mark', `\uFEFF${A}\r${B}\r`, 'text'],
  ['lines, compressed', gzipSync(`${A}\n${B}\n`), 'text'],
  [
    'RSS',
    `<rss><channel><link>https://example.org/</link><item><link>${A}</link></item><item><guid>${B}</guid></item></channel></rss>`,
    'rss',
  ],
  [
    'RSS 1.0',
    `<rdf:RDF xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><link>https://c.d/</link></channel><item><link>${A}</link></item><item><link>${B}</link></item></rdf:RDF>`,
    'rss',
  ],
  [
    'Atom',
    `<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://c.d/"/><entry><link rel="self" href="https://c.d/"/><link rel="alternate" href="${A}"/></entry><entry><link href="${B}"/><link href="https://c.d/2"/></entry></feed>`,
    'atom',
  ],
])('%s', async (_name, body, format) => {
  const { urls, report } = await world.read(body)
  expect(urls).toEqual([A, B])
  expect(report).toEqual({ url: world.site.url('/sitemap.xml'), format, urls: 2, problem: null, statusCode: 200 })
})

test('extensions are ignored', async () => {
  const inner = [
    '<image:image><image:loc>https://c.d/i.png</image:loc></image:image>',
    '<image:loc>https://c.d/j.png</image:loc>',
    '<xhtml:link rel="alternate" hreflang="de" href="https://c.d/de"/>',
    '<news:news><news:publication><news:name>N</news:name></news:publication><loc>https://c.d/n</loc></news:news>',
    '<video:video><video:player_loc>https://c.d/v</video:player_loc><video:url><loc>https://c.d/w</loc></video:url></video:video>',
    `<loc>${A}</loc>`,
    '<lastmod>2026-01-02</lastmod>',
    '<news:lastmod>2001-01-01</news:lastmod>',
  ]
  expect((await world.read(`<urlset>${entry(inner.join(''))}</urlset>`)).entries).toEqual([
    { url: A, lastmod: '2026-01-02', sitemap: world.site.url('/sitemap.xml') },
  ])
})

test.each<[written: string, lastmod: string | null]>([
  ['2026-01-02', '2026-01-02'],
  ['2026-01', '2026-01'],
  ['2026', '2026'],
  [' 2026-01-02T03:04:05+01:00\n', '2026-01-02T03:04:05+01:00'],
  ['yesterday', null],
  ['', null],
])('a change on %j', async (written, lastmod) => {
  const { entries } = await world.read(`<urlset>${entry(`<lastmod>${written}</lastmod><loc>${A}</loc>`)}</urlset>`)
  expect(entries).toMatchObject([{ url: A, lastmod }])
})

test('feeds say when entries changed, too', async () => {
  const rss = `<rss><channel><pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate><item><link>${A}</link><pubDate>Fri, 02 Jan 2026 03:04:05 +0100</pubDate></item><item><link>${B}</link><dc:date>2026-01-03</dc:date></item></channel></rss>`
  expect((await world.read(rss)).entries).toMatchObject([
    { lastmod: '2026-01-02T02:04:05.000Z' },
    { lastmod: '2026-01-03' },
  ])
  const atom = `<feed><updated>2026-02-01T00:00:00Z</updated><entry><link href="/a"/><published>2025-01-01</published><updated>2026-01-04T00:00:00Z</updated></entry></feed>`
  expect((await world.read(atom)).entries).toMatchObject([
    { url: world.site.url('/a'), lastmod: '2026-01-04T00:00:00Z' },
  ])
})

test('entities are decoded, and ampersands that are none are left', async () => {
  const { urls } = await world.read(urlset([`${A}?b=1&amp;c=&#50;`, `${A}?b=1&c=2`, `${A}#part`]))
  expect(urls).toEqual([`${A}?b=1&c=2`, `${A}?b=1&c=2`, A])
})

test('another encoding is that of the declaration', async () => {
  const text = `<?xml version='1.0' encoding='iso-8859-1'?>${urlset(['https://example.org/caf\xe9'])}`
  expect((await world.read(Buffer.from(text, 'latin1'))).urls).toEqual(['https://example.org/caf%C3%A9'])
  expect((await world.read(text.replace('iso-8859-1', 'klingon'))).urls).toEqual(['https://example.org/caf%C3%A9'])
})

test('entries without a valid address are counted', async () => {
  const bad = ['', 'mailto:a@b', 'ftp://a/', 'nothing', `https://e.f/${'x'.repeat(2_100)}`, 'https://[']
  const { urls, report } = await world.read(urlset([...bad, A, '/b']))
  expect(urls).toEqual([A, world.site.url('/b')])
  expect(report).toMatchObject({ urls: 2, problem: '6 entries are ignored: they have no valid address.' })
  const guid = `<rss><channel><item><guid isPermaLink="false">${A}</guid></item></channel></rss>`
  expect((await world.read(guid)).report).toMatchObject({
    urls: 0,
    problem: 'One entry is ignored: it has no valid address.',
  })
})

test.each<
  [name: string, body: string | Buffer | { status?: number; headers: Record<string, string> }, problem: RegExp]
>([
  ['a page', '<!DOCTYPE html><html><body><a href="https://a.b/">x</a></body></html>', /no sitemap/],
  ['text without addresses', 'hello\nworld', /no sitemap/],
  ['an empty file', '', /no sitemap/],
  ['white space', ' \n ', /no sitemap/],
  ['an element of another kind', '<constructor><url><loc>https://a.b/</loc></url></constructor>', /no sitemap/],
  ['bytes that only begin like gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]), /gzip/],
  ['an error', { status: 503, headers: {} }, /^The server answered 503 Service Unavailable\.$/],
  ['a redirect without a target', { status: 302, headers: {} }, /no http address/],
])('%s is no sitemap', async (_name, body, problem) => {
  const { urls, report } = await world.read(body)
  expect(urls).toEqual([])
  expect(report).toMatchObject({ format: null, urls: 0, problem: expect.stringMatching(problem) })
})

test('of a document that is cut, what is complete counts', async () => {
  const { urls, report } = await world.read(`<urlset>${entry(`<loc>${A}</loc>`)}<url><loc>https://example.org/cu`)
  expect(urls).toEqual([A])
  expect(report).toMatchObject({ urls: 1, problem: 'It ends too early: the rest is missing.' })
})

test('compressed data that is cut is read up to there', async () => {
  const random = Array.from({ length: 2_000 }, (_, index) => `https://example.org/${(index * 7_919) % 10_007}`)
  const { urls, report } = await world.read(gzipSync(urlset(random)).subarray(0, 6_000))
  expect(urls.length).toBeGreaterThan(500)
  expect(random.slice(0, urls.length)).toEqual(urls)
  expect(report.problem).toMatch(/ends early/)
})

test('elements that are nested without end are given up', async () => {
  const { report } = await world.read(`<urlset>${entry(`<loc>${A}</loc>`)}${'<a>'.repeat(200_000)}`)
  expect(report).toMatchObject({ format: 'urlset', urls: 1, problem: 'Its elements are nested too deeply.' })
})

import { createOutbound } from '../../../src/base/outbound'
import { parse } from '../../../src/base/parse'
import { type CrawlSecrets, crawlSettings } from '../../../src/contract/crawl-settings'
import { crawlPreview } from '../../../src/contract/crawl-tools'
import { createFetcher } from '../../../src/crawls/fetch/http-fetcher'
import { preview } from '../../../src/crawls/tools/preview'
import { closeSites } from '../../support/sites'
import { type CrawlSite, type Routes, redirect, startSite } from '../server'

const fetcher = createFetcher(createOutbound({ allow: ['private'] }))

afterAll(async () => {
  await fetcher.close()
  await closeSites()
})

const previewOf = async (site: CrawlSite, path = '/', changes: object = {}, secrets: CrawlSecrets = {}) => {
  const settings = parse(crawlSettings, { seeds: [site.url + path], ...changes }, 'body')
  const made = await preview({ fetcher, settings, secrets }, AbortSignal.timeout(60_000))
  return parse(crawlPreview.strict(), made, 'reply')
}

const at = (routes: Routes) => startSite(routes)

test('a preview says for each link whether a crawl would follow it, and why not', async () => {
  const site = await at({
    '/robots.txt': 'User-agent: *\nDisallow: /private\nCrawl-delay: 2\nWhat: ever',
    '/': `<title>Home</title><h1>Shop</h1><a href="/a">A</a><a href="/a#part">again</a><a href="/private/b">B</a>
      <a href="/c.pdf">C</a><a href="http://example.net/">D</a><a href="/e" rel=nofollow>E</a><a href="/e">E too</a>
      <a href="/f" rel=nofollow>F</a><a href="mailto:g@example.org">G</a>`,
  })
  const extract = [{ name: 'heading', selector: 'h1' }]
  const made = await previewOf(site, '/', { scope: { exclude: ['[.]pdf$'] }, extract })
  const refused = (url: string, text: string, reason: string, explanation: string) => ({
    ...{ url: new URL(url, site.url).href, text, accepted: false, reason, explanation },
  })
  const accepted = (url: string, text: string) => ({
    ...{ url: new URL(url, site.url).href, text, accepted: true, reason: null, explanation: null },
  })
  expect(made).toMatchObject({
    ...{ url: `${site.url}/`, final_url: `${site.url}/`, status_code: 200, error: null, title: 'Home' },
    robots: { outcome: 'parsed', crawl_delay_seconds: 2, agents: ['*'], problems: [{ line: 4 }] },
    links: [
      accepted('/a', 'A'),
      refused('/private/b', 'B', 'robots', 'robots.txt says "Disallow: /private"'),
      refused('/c.pdf', 'C', 'excluded', 'It matches the excluded pattern "[.]pdf$"'),
      refused('http://example.net/', 'D', 'out_of_scope', `It is not on ${site.host}, and the scope is "host"`),
      accepted('/e', 'E'),
      refused('/f', 'F', 'nofollow', 'The link, its page or a header of the page says "nofollow"'),
    ],
    links_left_out: 0,
    extracted: { heading: 'Shop' },
  })
})

test('nothing but the seed and its robots.txt is fetched', async () => {
  const site = await at({ '/': '<a href=/a>', '/sitemap.xml': '<urlset/>' })
  expect(await previewOf(site)).toMatchObject({ robots: { outcome: 'absent' }, links: [{ accepted: true }] })
  expect(site.hits.map(({ path }) => path)).toEqual(['/robots.txt', '/'])
})

test('redirects are followed within the scope', async () => {
  const other = await at({ '/': 'no' })
  const site = await at({
    '/': redirect('/b'),
    '/b': redirect('c', 302),
    '/c': '<title>C</title>',
    '/away': redirect(`${other.url}/`),
    '/loop': redirect('/loop2'),
    '/loop2': redirect('/loop'),
    '/nowhere': redirect('mailto:a@example.org'),
  })
  expect(await previewOf(site)).toMatchObject({ final_url: `${site.url}/c`, title: 'C', error: null })
  expect(await previewOf(site, '/', { limits: { redirects: 1 } })).toMatchObject({
    error: 'It redirects more than 1 times.',
  })
  expect(await previewOf(site, '/away')).toMatchObject({
    status_code: 301,
    error: `It redirects to ${other.url}/. It is not on ${site.host}, and the scope is "host".`,
    links: [],
  })
  expect(other.hits).toEqual([])
  expect(await previewOf(site, '/loop')).toMatchObject({ error: `It redirects in a loop, to ${site.url}/loop` })
  expect(await previewOf(site, '/nowhere')).toMatchObject({ error: 'It redirects with 301, but to no page.' })
})

test('what cannot be read has an error that says why', async () => {
  const site = await at({
    '/robots.txt': 'User-agent: tailrace\nDisallow: /no',
    '/no': 'never asked for',
    '/text.txt': 'text',
    '/gone': { status: 410, body: '<a href=x>' },
    '/unreachable': '',
  })
  expect(await previewOf(site, '/no')).toMatchObject({ status_code: null, error: 'robots.txt says "Disallow: /no".' })
  expect(site.count('/no')).toBe(0)
  const ignoring = { politeness: { obey_robots: false } }
  expect(await previewOf(site, '/no', ignoring)).toMatchObject({ status_code: 200, error: null })
  expect(await previewOf(site, '/text.txt')).toMatchObject({ error: 'Not HTML, but text/plain; charset=utf-8.' })
  expect(await previewOf(site, '/gone')).toMatchObject({ status_code: 410, error: 'The server answered 410 Gone.' })
  site.routes['/robots.txt'] = { status: 503 }
  expect(await previewOf(site, '/unreachable')).toMatchObject({
    robots: { outcome: 'unreachable' },
    error: expect.stringMatching(/^robots.txt could not be read: .*503/),
  })
  await site.close()
  expect(await previewOf(site, '/gone', ignoring)).toMatchObject({
    status_code: null,
    error: expect.stringMatching(/./),
  })
})

test('a header of the page can forbid to follow its links', async () => {
  const routes = { '/': { headers: { 'x-robots-tag': ['otherbot: none', 'Tailrace: nofollow'] }, body: '<a href=/a>' } }
  const site = await at(routes)
  expect(await previewOf(site)).toMatchObject({ links: [{ accepted: false, reason: 'nofollow' }] })
  const ignoring = { politeness: { obey_robots: false } }
  expect(await previewOf(site, '/', ignoring)).toMatchObject({ links: [{ accepted: true }] })
})

test('at most 500 links are shown, and the others counted', async () => {
  const links = Array.from({ length: 620 }, (_, i) => `<a href="/${i}">${i}</a>`)
  const site = await at({ '/': links.join('') })
  const made = await previewOf(site, '/', { limits: { links_per_page: 600 } })
  expect([made.links.length, made.links_left_out]).toEqual([500, 120])
})

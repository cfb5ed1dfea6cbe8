import { eventually } from '../../support/programs'
import { closeSites } from '../../support/sites'
import { type CrawlSite, held, redirect, reset, startSite } from '../server'
import { page, startWorld, sumOf, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await closeSites()
  await world.stop()
})

/** Between requests to a host that is not crawled. */
const FOREIGN_PACE_MS = 1_000

/** Milliseconds between the requests to a site. */
const gapsOf = ({ hits }: CrawlSite) => hits.slice(1).map(({ at }, i) => at - (hits[i]?.at ?? 0))
/**
 * A host rests between requests. Half of the time is enough here: a busy machine may notice a request late, but those that
 * wait for nothing follow each other within a few milliseconds.
 */
const expectRested = (gaps: readonly number[], delayMs: number) =>
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(delayMs / 2)
const pathsOf = ({ hits }: CrawlSite) => hits.map(({ path }) => path)

test('a host rests between all requests, robots.txt and sitemaps among them', async () => {
  const site = await startSite({ '/': page('/a', '/b'), '*': page() })
  const at = (path: string) => site.url + path
  site.routes['/robots.txt'] = `Sitemap: ${at('/s.xml')}`
  site.routes['/s.xml'] = `<urlset><url><loc>${at('/listed')}</loc></url></urlset>`
  const crawl = await world.crawl({ seeds: [at('/')], sitemaps: true, politeness: { delay_ms: 300 } })
  expect(crawl).toMatchObject({ ended_because: 'completed', fetched: 4 })
  expect(site.hits).toHaveLength(6)
  expectRested(gapsOf(site), 300)
})

test('two crawls of a host share its turns', async () => {
  const site = await startSite({ '/': page('/a', '/b'), '*': page() })
  const given = { seeds: [`${site.url}/`], politeness: { delay_ms: 300, concurrency: 8 } }
  const started = await Promise.all([world.start(given), world.start(given)])
  for (const { id } of started) expect(await world.ended(id)).toMatchObject({ ended_because: 'completed' })
  expect(site.hits).toHaveLength(8)
  expectRested(gapsOf(site), 300)
})

test('a crawl delay is kept from the first page on, one request at a time', async () => {
  const site = await startSite({
    '/robots.txt': 'User-agent: *\nCrawl-delay: 0.3',
    '/': page('/a', '/b'),
    '*': page(),
  })
  const crawl = await world.crawl({ seeds: [`${site.url}/`] })
  expect(crawl.fetched).toBe(3)
  expectRested(gapsOf(site).slice(1), 300)
  const { items } = await world.read(`/api/crawls/${crawl.id}/hosts`)
  expect(items[0]).toMatchObject({ host: site.host, fetched: 3, robots: { crawl_delay_seconds: 0.3 } })
})

test('a long crawl delay is cut to 30 s, and shown', async () => {
  const site = await startSite({ '/robots.txt': 'User-agent: *\nCrawl-delay: 500', '/': page('/a'), '*': page() })
  const { id } = await world.start({ seeds: [`${site.url}/`] })
  await eventually(
    async () => (await world.read(`/api/crawls/${id}/hosts`)).items[0]?.delay_ms === 30_000,
    'the delay of the host',
  )
  expect(site.hits.length).toBeLessThanOrEqual(2)
  await world.app.post(`/api/crawls/${id}/cancel`, {})
})

test('no more requests at a time than allowed, and no more than one before robots.txt is known', async () => {
  const { route, release } = held(page())
  const site = await startSite({ '/': page('/a', '/b', '/c', '/d', '/e'), '*': route, '/robots.txt': 'User-agent: *' })
  const { id } = await world.start({ seeds: [`${site.url}/`], politeness: { concurrency: 3 } })
  await eventually(async () => (await world.crawlOf(id)).leased === 3, 'three requests')
  expect(site.hits).toHaveLength(2 + 3)
  const change = { politeness: { concurrency: 5 } }
  await patch(id, change)
  await eventually(async () => (await world.crawlOf(id)).leased === 5, 'five requests')
  release()
  expect(await world.ended(id)).toMatchObject({ fetched: 6 })
})

const patch = (id: string, change: object) =>
  fetch(`${world.app.url}/api/crawls/${id}`, {
    method: 'PATCH',
    headers: { ...world.app.headers, 'content-type': 'application/json' },
    body: JSON.stringify(change),
  })

test('a shorter delay takes effect while the host rests, and a paused crawl does not use its turn', async () => {
  const site = await startSite({ '/': page('/a', '/b'), '*': page() })
  const { id } = await world.start({ seeds: [`${site.url}/`], politeness: { delay_ms: 600_000 } })
  await site.asked('/robots.txt')
  await world.app.post(`/api/crawls/${id}/pause`, {})
  expect((await patch(id, { politeness: { delay_ms: 0 } })).status).toBe(200)
  await eventually(async () => (await world.crawlOf(id)).leased === 0, 'nothing being fetched')
  expect(pathsOf(site)).toEqual(['/robots.txt'])
  await world.app.post(`/api/crawls/${id}/resume`, {})
  expect(await world.ended(id)).toMatchObject({ ended_because: 'completed', fetched: 3 })
})

test('a time limit does not wait for a host that rests', async () => {
  const site = await startSite({ '/': page('/a'), '*': page() })
  const crawl = await world.crawl({
    seeds: [`${site.url}/`],
    politeness: { delay_ms: 600_000 },
    limits: { seconds: 1 },
  })
  expect(crawl).toMatchObject({ ended_because: 'time_limit', fetched: 0, skipped: { time_limit: 1 } })
})

test('429 holds the whole host for as long as the server asks', async () => {
  let asked = 0
  const site = await startSite({
    '/': page('/busy', '/other'),
    '/busy': (_ask, answer) => {
      const isBusy = asked++ === 0
      answer.writeHead(isBusy ? 429 : 200, { 'content-type': 'text/html', 'retry-after': '1' }).end(page())
    },
    '/other': page(),
  })
  const crawl = await world.crawl({ seeds: [`${site.url}/`], politeness: { concurrency: 1 }, limits: { retries: 1 } })
  expect(crawl).toMatchObject({ fetched: 3, failed: 0 })
  const from = site.hits.findIndex(({ path }) => path === '/busy')
  expectRested(gapsOf(site).slice(from, from + 1), 1_000)
})

describe('what robots.txt says', () => {
  test.each([
    ['404', { status: 404 }, { ended_because: 'completed', fetched: 2 }, 'absent'],
    ['403', { status: 403 }, { ended_because: 'completed', fetched: 2 }, 'absent'],
    ['500', { status: 500 }, { ended_because: 'blocked', skipped: { robots_unreachable: 1 } }, 'unreachable'],
    ['a reset', reset(), { ended_because: 'blocked', skipped: { robots_unreachable: 1 } }, 'unreachable'],
    ['a redirect', redirect('/real.txt'), { ended_because: 'completed', skipped: { robots: 1 } }, 'parsed'],
    ['a loop', redirect('/robots.txt'), { ended_because: 'completed', fetched: 2 }, 'absent'],
    ['a page', page(), { ended_because: 'completed', fetched: 2 }, 'parsed'],
    ['NUL', 'User-agent: *\0\nDisallow: /\0a\n', { ended_because: 'completed', fetched: 2 }, 'parsed'],
    ['all', 'User-agent: *\nDisallow: /', { ended_because: 'blocked', fetched: 0, skipped: { robots: 1 } }, 'parsed'],
  ])('%s', async (_, robots, wanted, outcome) => {
    const site = await startSite({
      '/robots.txt': robots,
      '/real.txt': 'User-agent: Tailrace\nDisallow: /a',
      '/': page('/a'),
      '/a': page(),
    })
    const crawl = await world.crawl({ seeds: [`${site.url}/`] })
    expect(crawl).toMatchObject(wanted)
    expect(sumOf(crawl)).toBe(crawl.discovered)
    const { items } = await world.read(`/api/crawls/${crawl.id}/hosts`)
    if (outcome !== 'parsed') expect(items[0].robots.outcome).toBe(outcome)
    for (const { outcome: done, explanation } of await world.pages(crawl.id))
      if (done === 'skipped') expect(explanation).toMatch(/robots.txt/)
  })

  test('nothing, if it is not obeyed', async () => {
    const site = await startSite({ '/robots.txt': 'User-agent: *\nDisallow: /', '/': page('/a'), '/a': page() })
    const crawl = await world.crawl({ seeds: [`${site.url}/`], politeness: { obey_robots: false } })
    expect(crawl).toMatchObject({ ended_because: 'completed', fetched: 2 })
    expect(site.count('/robots.txt')).toBe(0)
  })
})

test('links out of scope are checked with HEAD, and with GET where that does not work', async () => {
  const other = await startSite(
    {
      '/ok': page(),
      '/head': ({ method }, answer) => void answer.writeHead(method === 'HEAD' ? 405 : 200).end(),
      '/reset': (ask, answer) => (ask.method === 'HEAD' ? ask.socket.resetAndDestroy() : void answer.end('x')),
      '/gone': { status: 410 },
      '/moved': redirect('/gone'),
    },
    { host: '127.0.0.3' },
  )
  const links = Object.keys(other.routes).map(path => other.url + path)
  const site = await startSite({ '/': page(...links) })
  const crawl = await world.crawl({ seeds: [`${site.url}/`] })
  expect(crawl).toMatchObject({ fetched: 1, skipped: { out_of_scope: 5 }, ended_because: 'completed' })
  const broken = (await world.broken(crawl.id)).map(({ url, status_code }: { url: string; status_code: number }) => [
    url.replace(other.url, ''),
    status_code,
  ])
  expect(broken.sort()).toEqual([
    ['/gone', 410],
    ['/moved', 410],
  ])
  expect(other.hits.filter(({ path, method }) => path === '/ok' && method !== 'HEAD')).toEqual([])
  const before = other.hits.length
  const unchecked = await world.crawl({ seeds: [`${site.url}/`], check_external: false })
  expect(unchecked).toMatchObject({ skipped: { out_of_scope: 5 } })
  expect(other.hits).toHaveLength(before)
})

test('links to other folders of a host that is crawled keep its pace, not that of a foreign host', async () => {
  const links = Array.from({ length: 10 }, (_, i) => `/out/${i}`)
  const site = await startSite({ '/docs/': page(...links), '*': page() })
  const crawl = await world.crawl({ seeds: [`${site.url}/docs/`], scope: { type: 'prefix' } })
  expect(crawl).toMatchObject({ fetched: 1, skipped: { out_of_scope: 10 } })
  // a stall of the machine may look like one of them, but not like most
  expect(gapsOf(site).filter(gap => gap >= FOREIGN_PACE_MS).length).toBeLessThan(links.length / 2)
})

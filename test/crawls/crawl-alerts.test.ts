import { crawlSettings } from '../../src/contract/crawl-settings'
import { type CrawlFacts, crawlAlerts, noCrawlAlerts } from '../../src/crawls/crawls/crawl-alerts'
import { siteNameOf } from '../../src/crawls/crawls/shown-crawl'
import { alertSite, type Node, newTenant } from '../alerts/occurrences/site'

let site: Awaited<ReturnType<typeof alertSite>>
let node: Node
let good: CrawlFacts

beforeAll(async () => {
  site = await alertSite()
  node = await site.start()
})
afterAll(() => site.stop())
beforeEach(async () => {
  good = {
    ...{ tenantId: await newTenant(node), crawlId: 'c1', siteHash: 'ab12', siteName: 'example.org' },
    settings: { alert_on: ['broken_links', 'new_broken_links', 'ended_badly'], alert_severity: 'warning' },
    ...{ endedBecause: 'completed', broken: 0, newBroken: 0, examples: [] },
  }
})

/** Ends a crawl. @returns what fires then */
async function end(change: Partial<CrawlFacts>, items = crawlAlerts({ ...good, ...change })) {
  await node.db.transaction(trx => node.raises.apply(trx, items))
  const open = (await node.open.of(good.tenantId)).all()
  return open.map(({ labels, annotations }) => `${labels.alertname} ${labels.severity}: ${annotations.summary}`).sort()
}

const BROKEN = 'CrawlBrokenLinks warning: example.org has 2 broken links'
const NEW = 'CrawlNewBrokenLinks warning: example.org has 1 new broken link'
const BLOCKED = 'CrawlEndedBadly warning: example.org could not be crawled, because its robots.txt does not allow it'

test('broken links fire until a crawl of the site finds none, new ones until a crawl finds none that are new', async () => {
  expect(await end({ broken: 2, newBroken: 1 })).toEqual([BROKEN, NEW])
  expect(await end({ broken: 2 })).toEqual([BROKEN])
  expect(await end({})).toEqual([])
})

test('a crawl that ends badly fires until one ends well, and says nothing about links', async () => {
  expect(await end({ broken: 2 })).toEqual([BROKEN])
  expect(await end({ endedBecause: 'blocked' })).toEqual([BROKEN, BLOCKED])
  expect(await end({ endedBecause: 'failed' })).toEqual([
    BROKEN,
    'CrawlEndedBadly warning: example.org could not be crawled',
  ])
  expect(await end({ endedBecause: 'page_limit' })).toEqual([])
})

test('a cancelled crawl changes nothing', async () => {
  expect(await end({ broken: 2 })).toEqual([BROKEN])
  expect(await end({ endedBecause: 'cancelled', broken: 0 })).toEqual([BROKEN])
})

test('only what is asked for fires, with the severity that is asked for', async () => {
  const bad: Partial<CrawlFacts> = { broken: 2, newBroken: 2 }
  expect(await end({ ...bad, settings: { alert_on: [], alert_severity: 'critical' } })).toEqual([])
  expect(await end({ ...bad, settings: { alert_on: ['broken_links'], alert_severity: 'critical' } })).toEqual([
    'CrawlBrokenLinks critical: example.org has 2 broken links',
  ])
  expect(await end({ ...bad, settings: { alert_on: ['broken_links'], alert_severity: 'info' } })).toEqual([
    'CrawlBrokenLinks info: example.org has 2 broken links',
  ])
  expect(await end({ ...bad, settings: { alert_on: [], alert_severity: 'info' } })).toEqual([])
})

test('other sites have alerts of their own, and one without crawls has none', async () => {
  const other: Partial<CrawlFacts> = { siteHash: 'cd34', broken: 1 }
  await end({ broken: 2, newBroken: 1 })
  await end(other)
  expect(await end({}, noCrawlAlerts(good))).toEqual(['CrawlBrokenLinks warning: example.org has 1 broken link'])
  expect(await end({}, noCrawlAlerts({ ...good, ...other }))).toEqual([])
})

test('an alert leads to the crawl and names some of the links', () => {
  const examples = ['https://example.org/a', 'https://example.org/b']
  expect(crawlAlerts({ ...good, broken: 2, examples })[1]).toEqual({
    ...{ does: 'raise', tenantId: good.tenantId, source: 'crawls' },
    labels: { alertname: 'CrawlBrokenLinks', severity: 'warning', site: 'example.org', site_id: 'ab12' },
    annotations: {
      summary: 'example.org has 2 broken links',
      description: 'Among them: https://example.org/a, https://example.org/b',
    },
    links: { Crawl: '/crawls/c1' },
  })
})

test.each([
  [['https://Example.org/docs/?a=1'], 'example.org'],
  [['https://example.org/', 'http://example.org:80/b'], 'example.org'],
  [['http://b.example:8080/', 'https://a.example/', 'https://c.example/'], 'a.example and 2 more'],
  [['https://c.example/', 'http://b.example:8080/', 'https://a.example/'], 'a.example and 2 more'],
])('the site of %j is %s', (seeds, name) => expect(siteNameOf(crawlSettings.parse({ seeds }))).toBe(name))

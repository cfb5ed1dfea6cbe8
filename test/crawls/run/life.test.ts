import { type CrawlSite, redirect, startSite } from '../server'
import { page, startWorld, sumOf, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const sites: CrawlSite[] = []
const site = async (routes: Parameters<typeof startSite>[0]) => {
  const started = await startSite(routes)
  sites.push(started)
  return started
}
afterAll(() => Promise.all(sites.map(each => each.close())))

test('a crawl fetches a site, adds up, and names what is broken with its referrers', async () => {
  const { url, hits } = await site({
    '/robots.txt': 'User-agent: *\nDisallow: /private',
    '/': page('/a', '/b', '/private/x', '/missing', 'mailto:a@b.c', '#top'),
    '/a': page('/b', '/missing', '/moved', 'http://127.0.0.2:1/elsewhere'),
    '/b': page('/', '/file.txt'),
    '/moved': redirect('/b'),
    '/file.txt': 'plain',
  })
  const crawl = await world.crawl({ seeds: [`${url}/`] })
  expect(crawl).toMatchObject({
    status: 'completed',
    ended_because: 'completed',
    ...{ fetched: 4, failed: 1, failed_by: { http_status: 1 }, queued: 0, leased: 0 },
    skipped: { robots: 1, content_type: 1 },
  })
  expect(sumOf(crawl)).toBe(crawl.discovered)
  const pages = await world.pages(crawl.id)
  const outcomes = Object.fromEntries(
    pages.map((each: { url: string; outcome: string; reason: string }) => [
      each.url.replace(url, ''),
      each.reason ?? each.outcome,
    ]),
  )
  expect(outcomes).toMatchObject({
    ...{ '/': 'fetched', '/a': 'fetched', '/b': 'fetched', '/moved': 'fetched', '/missing': 'http_status' },
    ...{ '/private/x': 'robots', '/file.txt': 'content_type' },
  })
  expect(pages).toContainEqual(
    expect.objectContaining({ url: `${url}/moved`, final_url: `${url}/b`, status_code: 200 }),
  )
  expect(await world.broken(crawl.id)).toEqual([
    expect.objectContaining({
      ...{ url: `${url}/missing`, status_code: 404, referrer_count: 2 },
      referrers: [
        { url: `${url}/`, text: 'to /missing' },
        { url: `${url}/a`, text: 'to /missing' },
      ],
    }),
    expect.objectContaining({ is_external: true, url: 'http://127.0.0.2:1/elsewhere', status_code: null }),
  ])
  expect(hits.filter(({ path }) => path.startsWith('/private'))).toEqual([])
})

test('its log and its progress end with the job', async () => {
  const { url } = await site({ '/': page('/a'), '/a': page() })
  const crawl = await world.crawl({ seeds: [`${url}/`] })
  const { items } = await world.read(`/api/jobs/${crawl.id}/logs?limit=500`)
  const lines = items
    .filter(({ step }: { step: string }) => step === 'fetch')
    .map(({ message }: { message: string }) => message)
  expect(lines).toEqual([expect.stringContaining(`200 ${url}/: `), expect.stringContaining(`200 ${url}/a: `)])
  const job = await world.read(`/api/jobs/${crawl.id}`)
  expect(job).toMatchObject({ status: 'completed', outcome: { level: 'ok', text: '2 pages' } })
  expect(job.progress).toMatchObject({ percent: 100, fetched: 2 })
  expect(job.steps[1]).toMatchObject({ name: 'fetch', lines: 2 })
  expect(job.steps.map(({ name }: { name: string }) => name)).toEqual(['discover', 'fetch', 'analyse', 'export'])
})

import { eventually } from '../../support/programs'
import { closeSites } from '../../support/sites'
import { held, startSite } from '../server'
import { page, startWorld, sumOf, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await closeSites()
  await world.stop()
})

/** A site without end: each page links to the next two. */
const endlessSite = () =>
  startSite({
    '*': (ask, answer) => {
      const number = Number(ask.url?.slice(1) || 0)
      answer.writeHead(200, { 'content-type': 'text/html' }).end(page(`/${2 * number + 1}`, `/${2 * number + 2}`))
    },
  })

test('a paused crawl makes no requests until it is resumed', async () => {
  const site = await endlessSite()
  const { id } = await world.start({
    seeds: [`${site.url}/`],
    politeness: { obey_robots: false },
    limits: { pages: 100_000, depth: 1_000 },
  })
  await site.asked('/20')
  const response = await world.app.post(`/api/crawls/${id}/pause`, { reason: 'too loud' })
  expect(response.status).toBe(202)
  expect(await response.json()).toMatchObject({ crawl: { status: 'paused', paused: { reason: 'too loud' } } })
  // those who fetch learn it a moment after the reply
  await eventually(async () => (await world.frontierOf(id).read())?.state === 'paused', 'the pause')
  await eventually(async () => (await world.crawlOf(id)).leased === 0, 'no more requests')
  const { fetched } = await world.crawlOf(id)
  const before = site.hits.length
  await eventually(async () => (await world.read(`/api/crawls/${id}/hosts`)).items[0]?.queued > 0, 'the queue')
  expect(site.hits.length).toBe(before)
  expect((await world.crawlOf(id)).fetched).toBe(fetched)
  await world.app.post(`/api/crawls/${id}/resume`, {})
  await eventually(() => site.hits.length > before, 'requests after resume')
  const cancelled = await world.app.post(`/api/crawls/${id}/cancel`, { reason: 'enough' })
  expect(cancelled.status).toBe(202)
  const crawl = await world.ended(id)
  expect(crawl).toMatchObject({ status: 'cancelled', ended_because: 'cancelled', leased: 0 })
  expect(sumOf(crawl)).toBe(crawl.discovered)
  const after = await world.pages(id, '&status=fetched')
  expect(after).toHaveLength(Math.min(1_000, crawl.fetched))
  await eventually(async () => (await world.read(`/api/jobs/${id}`)).status === 'cancelled', 'the job')
  expect((await world.app.post(`/api/crawls/${id}/pause`, {})).status).toBe(409)
})

test('limits that are changed hold at once, and the rest is named', async () => {
  const site = await endlessSite()
  const { id } = await world.start({
    seeds: [`${site.url}/`],
    politeness: { obey_robots: false },
    limits: { pages: 100_000, depth: 1_000 },
  })
  await site.asked('/30')
  const patch = await fetch(`${world.app.url}/api/crawls/${id}`, {
    method: 'PATCH',
    headers: { ...world.app.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ limits: { pages: 5 } }),
  })
  expect(patch.status).toBe(200)
  const crawl = await world.ended(id)
  expect(crawl.ended_because).toBe('page_limit')
  expect(crawl.skipped.page_limit).toBeGreaterThan(0)
  expect(sumOf(crawl)).toBe(crawl.discovered)
  const why = await world.read(
    `/api/crawls/${id}/why?url=${encodeURIComponent(`${site.url}/${2 * crawl.fetched + 1}`)}`,
  )
  expect(why.explanation).not.toBe('')
})

test.each([
  ['page_limit', { pages: 7 }, 7],
  ['time_limit', { seconds: 1 }, undefined],
  ['bytes_limit', { bytes: 2_000 }, undefined],
])('a crawl ends by %s', async (because, limits, fetched) => {
  const site = await endlessSite()
  const crawl = await world.crawl({
    seeds: [`${site.url}/`],
    politeness: { obey_robots: false },
    limits: { depth: 1_000, ...limits },
  })
  expect(crawl).toMatchObject({ status: 'completed', ended_because: because, queued: 0, leased: 0 })
  if (fetched) expect(crawl.fetched).toBe(fetched)
  expect(sumOf(crawl)).toBe(crawl.discovered)
})

test('what is too deep is skipped, and the crawl is complete', async () => {
  const site = await endlessSite()
  const crawl = await world.crawl({ seeds: [`${site.url}/`], limits: { depth: 3 }, politeness: { obey_robots: false } })
  expect(crawl).toMatchObject({ ended_because: 'completed', fetched: 15, skipped: { depth: 16 } })
})

test('a cancelled crawl whose server never answers ends at once', async () => {
  const { route, release } = held('late')
  const site = await startSite({ '/': route })
  const { id } = await world.start({ seeds: [`${site.url}/`], politeness: { obey_robots: false } })
  await site.asked('/')
  await world.app.post(`/api/jobs/${id}/cancel`, { reason: 'stuck' })
  expect(await world.ended(id)).toMatchObject({ status: 'cancelled', queued: 1 })
  release()
})

test('the host of a cancelled crawl is free for the next one', async () => {
  const { route } = held('late')
  const site = await startSite({ '/': route, '/other': page() })
  const { id } = await world.start({ seeds: [`${site.url}/`], politeness: { obey_robots: false } })
  await site.asked('/')
  await world.app.post(`/api/crawls/${id}/cancel`, {})
  await world.ended(id)
  expect(await world.crawl({ seeds: [`${site.url}/other`], scope: { type: 'page' } })).toMatchObject({ fetched: 1 })
})

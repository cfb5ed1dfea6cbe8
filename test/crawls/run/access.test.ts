import { DEFAULT_TENANT_ID } from '../../../src/api'
import { addTenant, headersOf } from '../../monitors/rows'
import { eventually } from '../../support/programs'
import { closeSites } from '../../support/sites'
import { openStream } from '../../support/streams'
import { held, redirect, startSite } from '../server'
import { page, startWorld, sumOf, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(async () => {
  await closeSites()
  await world.stop()
})

const status = async (path: string, headers: Record<string, string>, method = 'GET', body?: object) => {
  const response = await fetch(world.app.url + path, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return response.status
}

test('secrets go to the hosts of seeds only, and nowhere else', async () => {
  const other = await startSite({ '*': page() }, { host: '127.0.0.2' })
  const site = await startSite({ '/': page('/away', '/in'), '/away': redirect(`${other.url}/`), '/in': page() })
  const secret = 'tr0ub4dor-secret'
  const given = {
    seeds: [`${site.url}/`],
    scope: { type: 'any' },
    headers: { 'X-Key': secret },
    basic: { username: 'me', password: secret },
  }
  const first = await world.crawl(given)
  const isSent = ({ headers }: { headers: object }) => 'x-key' in headers && 'authorization' in headers
  expect(site.hits.filter(({ path }) => path !== '/robots.txt').every(isSent)).toBe(true)
  expect(other.hits.length).toBeGreaterThan(0)
  expect(other.hits.filter(({ headers }) => 'x-key' in headers || 'authorization' in headers)).toEqual([])
  expect(first.has_secrets).toEqual(['headers.x-key', 'basic'])
  const { id } = first
  const paths = [`/api/crawls/${id}`, `/api/jobs/${id}`, `/api/jobs/${id}/logs?limit=500`, '/api/audit', '/api/crawls']
  const shown = await Promise.all(paths.map(async path => (await world.app.get(path)).text()))
  const pages = JSON.stringify(await world.pages(id))
  for (const text of [...shown, pages]) {
    expect(text).not.toContain(secret)
    expect(text).not.toContain(Buffer.from(`me:${secret}`).toString('base64'))
  }
  const { headers: _, basic: __, ...rest } = given
  const second = await world.crawl({ ...rest, secrets_of: id })
  expect(second.has_secrets).toEqual(first.has_secrets)
  expect(site.hits.filter(({ path, headers }) => path === '/in' && headers['x-key'] === secret)).toHaveLength(2)
  const elsewhere = await world.app.post('/api/crawls', { seeds: [`${other.url}/`], secrets_of: id })
  expect([elsewhere.status, await elsewhere.json()]).toEqual([
    400,
    expect.objectContaining({ errors: [expect.objectContaining({ path: 'body.secrets_of' })] }),
  ])
  const schedule = await world.app.post('/api/schedules', {
    name: 'nightly',
    kind: 'crawl',
    input: { ...rest, sitemaps: false, secret_names: first.has_secrets, politeness: { delay_ms: 0 } },
    cron: '0 3 * * *',
  })
  expect(schedule.status).toBe(201)
  const { id: scheduleId } = (await schedule.json()) as { id: string }
  expect((await world.app.post(`/api/schedules/${scheduleId}/run`, {})).status).toBe(202)
  await eventually(() => site.count('/in') === 3, 'the scheduled crawl')
  expect(site.hits.filter(({ path, headers }) => path === '/in' && headers['x-key'] === secret)).toHaveLength(3)
})

test('cookies are kept within a crawl when asked to', async () => {
  const site = await startSite({
    '/': { headers: { 'set-cookie': 'a=1; Path=/' }, body: page('/next') },
    '/next': page(),
  })
  const cookieOf = (path: string) => site.hits.filter(hit => hit.path === path).at(-1)?.headers.cookie
  await world.crawl({ seeds: [`${site.url}/`] })
  expect(cookieOf('/next')).toBeUndefined()
  await world.crawl({ seeds: [`${site.url}/`], cookies: true })
  expect(cookieOf('/next')).toBe('a=1')
})

test('viewers see crawls and start none, and other tenants see none at all', async () => {
  const { url } = await startSite({ '/': page('/a'), '/a': page() })
  const { id } = await world.crawl({ seeds: [`${url}/`] })
  const [first] = await world.pages(id)
  const { db } = world.app.app
  const viewer = await headersOf(db, 'viewer', DEFAULT_TENANT_ID)
  const body = { seeds: [`${url}/`] }
  expect(await status('/api/crawls', viewer, 'POST', body)).toBe(403)
  expect(await status('/api/jobs', viewer, 'POST', { kind: 'crawl', input: body })).toBe(403)
  expect(await status(`/api/crawls/${id}`, viewer, 'DELETE')).toBe(403)
  expect(await status(`/api/crawls/${id}`, viewer)).toBe(200)
  const stranger = await headersOf(db, 'admin', await addTenant(db))
  const parts = ['pages', `pages/${first.key}`, `pages/${first.key}/referrers`, 'links', 'links/broken', 'hosts']
  const others = ['sitemaps', 'tree', 'findings', 'status-codes', `compare/${id}`, 'export', 'why?url=http://a/']
  for (const part of ['', ...parts, ...others].map(each => `/api/crawls/${id}/${each}`.replace(/\/$/, '')))
    expect([part, await status(part, stranger)]).toEqual([part, 404])
  for (const action of ['pause', 'resume', 'cancel'])
    expect(await status(`/api/crawls/${id}/${action}`, stranger, 'POST', {})).toBe(404)
  expect(await status(`/api/crawls/${id}`, stranger, 'PATCH', { limits: { pages: 1 } })).toBe(404)
  expect(await status(`/api/crawls/${id}`, stranger, 'DELETE')).toBe(404)
  expect(await status('/api/crawls', stranger, 'POST', { ...body, secrets_of: id })).toBe(404)
  expect(await status(`/api/crawls/${id}`, world.app.headers, 'DELETE')).toBe(204)
  expect(await status(`/api/crawls/${id}`, world.app.headers)).toBe(404)
  expect(await status(`/api/crawls/${id}/pages`, world.app.headers)).toBe(404)
})

test('a stopped crawl whose job is run again goes on where it was', async () => {
  const { route, release } = held(page('/late'))
  const site = await startSite({ '/': page('/a', '/b', '/held'), '/held': route, '*': page() })
  const { id } = await world.start({ seeds: [`${site.url}/`] })
  await eventually(async () => (await world.crawlOf(id)).fetched === 3, 'three pages')
  expect(await status(`/api/crawls/${id}`, world.app.headers, 'DELETE')).toBe(409)
  expect((await world.app.post(`/api/crawls/${id}/cancel`, { reason: 'later' })).status).toBe(202)
  expect(await world.ended(id)).toMatchObject({ status: 'cancelled', fetched: 3, queued: 1, leased: 0 })
  await eventually(async () => (await world.read(`/api/jobs/${id}`)).status === 'cancelled', 'the job')
  release()
  expect((await world.app.post(`/api/jobs/${id}/retry`, {})).status).toBe(202)
  await eventually(async () => (await world.read(`/api/jobs/${id}`)).status === 'completed', 'the rest')
  const crawl = await world.crawlOf(id)
  expect(crawl).toMatchObject({ ended_because: 'completed', fetched: 5, failed: 0, queued: 0 })
  expect(sumOf(crawl)).toBe(crawl.discovered)
  expect([site.count('/a'), site.count('/b'), site.count('/late')]).toEqual([1, 1, 1])
  expect(await world.read(`/api/jobs/${id}`)).toMatchObject({ outcome: { text: '5 pages' } })
})

interface Progress {
  discovered: number
  queued: number
  leased: number
  fetched: number
  failed: number
  skipped: Record<string, number>
  ended_because: string | null
}

test('progress adds up in every event, and its end comes right before that of the job', async () => {
  const many = Array.from({ length: 200 }, (_, i) => `/n${i}`)
  const { route, release } = held(page(...many))
  const site = await startSite({ '/': route, '*': page('/', '/x') })
  const { id } = await world.start({ seeds: [`${site.url}/`] })
  const stream = await openStream(world.app, { tenantId: DEFAULT_TENANT_ID, name: `job:${id}` })
  release()
  await stream.finished // the server closes it after the end of the job
  expect(stream.events.slice(-3).map(({ event }) => event)).toEqual(['crawl_progress', 'status', 'end'])
  const progress = stream.named('crawl_progress').map(({ data }) => data as unknown as Progress)
  expect(progress.length).toBeGreaterThan(1)
  for (const { discovered, queued, leased, fetched, failed, skipped } of progress)
    expect(queued + leased + fetched + failed + Object.values(skipped).reduce((a, b) => a + b, 0)).toBe(discovered)
  expect(progress.at(-1)).toMatchObject({ ended_because: 'completed', fetched: 202, queued: 0, leased: 0 })
  expect(progress.slice(0, -1).every(({ ended_because }) => ended_because === null)).toBe(true)
})

test('alerts are raised by one crawl and resolved by the next', async () => {
  const site = await startSite({ '/': page('/missing') })
  const given = { seeds: [`${site.url}/`], alert_on: ['broken_links', 'new_broken_links', 'ended_badly'] }
  const firing = async () =>
    ((await world.read('/api/alerts?state=firing&limit=100')).items as { labels: Record<string, string> }[])
      .filter(({ labels }) => labels.site === site.host)
      .map(({ labels }) => labels.alertname)
  await world.crawl(given)
  await eventually(async () => (await firing()).includes('CrawlBrokenLinks'), 'the alert')
  site.routes['/missing'] = page('/new')
  site.routes['/new'] = { status: 404 }
  await world.crawl(given)
  await eventually(async () => (await firing()).includes('CrawlNewBrokenLinks'), 'the alert about a new one')
  site.routes['/new'] = page()
  await world.crawl(given)
  await eventually(async () => (await firing()).length === 0, 'the end of the alerts')
  site.routes['/robots.txt'] = { status: 500 }
  await world.crawl(given)
  await eventually(async () => (await firing()).includes('CrawlEndedBadly'), 'the alert about the end')
})

test('addresses that may not be reached are refused, or fail', async () => {
  const guarded = await startWorld({ OUTBOUND_ALLOW: '' })
  const site = await startSite({ '*': page() })
  const refused = await guarded.app.post('/api/crawls', { seeds: ['http://example.org/', `${site.url}/`] })
  expect([refused.status, await refused.json()]).toEqual([
    400,
    expect.objectContaining({ errors: [expect.objectContaining({ path: 'body.seeds.1' })] }),
  ])
  for (const obey_robots of [true, false]) {
    const crawl = await guarded.crawl({ seeds: [`http://localhost:${site.port}/`], politeness: { obey_robots } })
    expect(crawl).toMatchObject({ ended_because: 'failed', failed: 1, failed_by: { blocked_address: 1 } })
    expect(await guarded.pages(crawl.id)).toMatchObject([{ outcome: 'failed', reason: 'blocked_address' }])
  }
  expect(site.hits).toEqual([])
  await guarded.stop()
})

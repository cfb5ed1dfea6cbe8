import { byCount, describeCounts, segmentsOf, settledOf, shareOf } from '../../public/crawls/counts'
import { bodyOf, draftOf, extractRows } from '../../public/crawls/draft'
import { crawlFiltersOf, crawlParams, crawlSearchOf } from '../../public/crawls/filters'
import { limitChange, limitTexts } from '../../public/crawls/limits'
import { afterProgress, applyToCrawls, crawlNewsIn } from '../../public/crawls/live-crawls'
import { isFiltered, pageCountOf, pageParams } from '../../public/crawls/page-filters'
import { formatRate, withRate } from '../../public/crawls/rate'
import { againBody, scheduledInput } from '../../public/crawls/settings'
import { crawlFaults, scheduleProblem } from '../../public/crawls/start'
import { pageFiltersOf, tabAddress, tabOf } from '../../public/crawls/tabs'
import { nameOfSeeds, reasonWords } from '../../public/crawls/words'
import { rowOf } from '../../public/monitors/rows'
import { crawlSettings } from '../../src/contract/crawl-settings'
import { type Crawl, type CrawlItem, type CrawlProgress, crawlCreate } from '../../src/contract/crawls'

const counts = {
  ...{ discovered: 100, queued: 40, leased: 2, fetched: 50, failed: 3, bytes: 1_000 },
  ...{ skipped: { robots: 4, depth: 1 }, failed_by: { timeout: 3 } },
}
const ID = '01a1fe47-fadb-7286-a422-db8d90ee84c1'
const T = '2026-11-30T08:00:00.000Z'

function crawl(change: Partial<Crawl> = {}): Crawl {
  return {
    ...crawlSettings.parse({ seeds: ['https://example.org/'] }),
    ...counts,
    ...{ id: 'a', job_id: 'a', has_secrets: [], status: 'running', phase: 'fetch', pages_per_second: 5 },
    ...{ seconds_left: 8, ended_because: null, paused: null, previous_id: null, findings: null },
    ...{ created_by: { type: 'user', id: 'm', name: 'Ada' }, created_at: T, started_at: T, ended_at: null },
    ...change,
  }
}
const progress = (change: Partial<CrawlProgress> = {}): CrawlProgress => ({
  ...{ crawl_id: 'a', job_id: 'a', status: 'running', phase: 'fetch', pages_per_second: 6, seconds_left: 7 },
  ...counts,
  ...{ ended_because: null, fetched: 51, leased: 1 },
  ...change,
})
const event = (type: string, data: unknown) => ({ type, data: { timestamp: T, data } })

describe('counts of a crawl', () => {
  it('are parts of all URLs, of which small ones stay visible', () => {
    const segments = segmentsOf({ ...counts, discovered: 100_000, queued: 99_940 })
    expect(segments.map(({ part, count }) => [part, count])).toEqual([
      ['fetched', 50],
      ['failed', 3],
      ['skipped', 5],
      ['leased', 2],
      ['queued', 99_940],
    ])
    expect(Math.min(...segments.map(({ share }) => share))).toBeGreaterThan(0.005)
    expect(segments.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
  })

  it('have a text, and leave out what is empty', () => {
    expect(describeCounts(counts)).toBe('100 discovered: 50 fetched, 3 failed, 5 skipped, 2 in flight, 40 queued')
    expect(describeCounts({ ...counts, discovered: 0, queued: 0, leased: 0, fetched: 0, failed: 0, skipped: {} })).toBe(
      '0 discovered',
    )
    expect(settledOf(counts)).toBe(58)
    expect(byCount({ b: 2, a: 2, none: 0, most: 9 })).toEqual([
      ['most', 9],
      ['a', 2],
      ['b', 2],
    ])
  })

  it('say how far it is: of what is known, or of the limit if that is less', () => {
    expect(shareOf(counts, 1_000)).toBeCloseTo(50 / 92)
    expect(shareOf(counts, 60)).toBeCloseTo(50 / 60)
    expect(shareOf({ ...counts, fetched: 61 }, 60)).toBe(1)
    expect(shareOf({ ...counts, fetched: 0, queued: 0, leased: 0 }, 60)).toBe(0)
  })
})

describe('live crawls', () => {
  const { failed_by: _, ...known } = crawl()
  const items: CrawlItem[] = [known, { ...known, id: 'b' }]

  it('take their progress; other rows stay the same objects', () => {
    const next = applyToCrawls(items, [
      { progress: progress() },
      { progress: progress({ fetched: 52, leased: 0, pages_per_second: 9 }) },
    ])
    expect(next.items[0]).toMatchObject({ fetched: 52, pages_per_second: 9, id: 'a', seeds: ['https://example.org/'] })
    expect(next.items[1]).toBe(items[1])
    expect(next.stale).toBe(0)
  })

  it('ignore what is older than what they know', () => {
    const ended = crawl({ status: 'completed' })
    expect(afterProgress(ended, progress())).toBe(ended)
    const running = crawl()
    expect(afterProgress(running, progress({ fetched: 20 }))).toBe(running)
    expect(afterProgress(running, progress({ status: 'paused', fetched: 50, leased: 2 })).status).toBe('paused')
  })

  it('are read again when one is created or ends, which other jobs do not cause', () => {
    expect(crawlNewsIn(event('job_created', { kind: 'demo', job_id: 'x' }))).toBeUndefined()
    expect(crawlNewsIn(event('monitor_check', {}))).toBeUndefined()
    const created = crawlNewsIn(event('job_created', { kind: 'crawl', job_id: 'x' }))
    expect(created).toEqual({ changed: 'x' })
    expect(crawlNewsIn(event('crawl_progress', progress()))).toEqual({ progress: progress() })
    expect(applyToCrawls(items, created ? [created] : []).stale).toBe(2)
    expect(applyToCrawls([], [{ changed: 'x' }]).stale).toBe(1)
  })
})

describe('the form for a crawl', () => {
  it('sends defaults that the contract accepts as they are', () => {
    const body = bodyOf({ ...draftOf(null), seeds: ' example.org \n\nhttp://127.0.0.1:8080/a\nlocalhost' })
    expect(crawlCreate.parse(body)).toMatchObject({
      ...crawlSettings.omit({ secret_names: true }).parse({ seeds: ['https://example.org/'] }),
      seeds: ['https://example.org/', 'http://127.0.0.1:8080/a', 'http://localhost/'],
    })
  })

  it('sends what is entered in the units of the contract, and leaves out what is empty', () => {
    const draft = draftOf(null)
    const body = bodyOf({
      ...draft,
      seeds: 'https://example.org/',
      scope: 'domain',
      texts: {
        ...draft.texts,
        ...{ 'limits.seconds': '1.5', 'limits.bytes': '2', 'limits.pages': '', 'politeness.obey_robots': 'false' },
        ...{ 'scope.exclude': '/print/\n\n \\.pdf$ ', user_agent: ' Bot/2 (mail) ' },
      },
      headers: [rowOf({ name: 'X-Key', value: 'k' }), rowOf({ name: ' ', value: 'none' })],
      username: 'me',
      extract: extractRows([rowOf({ name: 'price', selector: '.p' }), rowOf({})]),
      alertOn: ['broken_links'],
      alertSeverity: 'critical',
    })
    expect(body).toMatchObject({
      scope: { type: 'domain', exclude: ['/print/', '\\.pdf$'] },
      limits: { seconds: 90, bytes: 2 * 1024 * 1024 },
      politeness: { obey_robots: false },
      user_agent: 'Bot/2 (mail)',
      headers: { 'X-Key': 'k' },
      basic: { username: 'me', password: '' },
      extract: [{ name: 'price', selector: '.p', all: false }],
      alert_on: ['broken_links'],
      alert_severity: 'critical',
    })
    expect(body.limits).not.toHaveProperty('pages')
    expect(body.scope).not.toHaveProperty('include')
    expect(crawlCreate.safeParse(body).success).toBe(true)
  })

  it('leaves an address that cannot be one to the server, which says what is wrong with it', () => {
    expect(bodyOf({ ...draftOf(null), seeds: 'ftp://example.org\nnot a url' }).seeds).toEqual([
      'ftp://example.org',
      'not a url',
    ])
  })

  it('starts with the settings of an earlier crawl, and keeps its secrets unless told otherwise', () => {
    const earlier = crawl({
      ...crawlSettings.parse({
        seeds: ['https://example.org/', 'https://example.org/b'],
        scope: { type: 'prefix', include: ['/docs/', '/api/'] },
        limits: { seconds: 90, page_bytes: 1_572_864 },
        extract: [{ name: 'tags', selector: 'a', attribute: 'href', all: true }],
        alert_on: ['ended_badly'],
        cookies: true,
      }),
      id: ID,
      has_secrets: ['headers.x-key'],
    })
    const draft = draftOf(earlier)
    expect(draft.texts).toMatchObject({ 'limits.seconds': '1.5', 'limits.page_bytes': '1.5', cookies: 'true' })
    expect(crawlCreate.parse(bodyOf(draft))).toEqual(crawlCreate.parse(againBody(earlier)))
    expect(againBody(earlier).secrets_of).toBe(ID)
    expect(bodyOf({ ...draft, secretsOf: '' })).not.toHaveProperty('secrets_of')
  })
})

describe('a nightly crawl', () => {
  it('has the settings without secrets, and the names of those that it takes from the latest crawl', () => {
    const input = scheduledInput(crawl({ secret_names: ['headers.x-key'], has_secrets: ['headers.x-key'] }))
    expect(crawlSettings.parse(input)).toEqual(input)
    expect(input.secret_names).toEqual(['headers.x-key'])
  })

  it('cannot be given secrets without a crawl that stores them', () => {
    const draft = { ...draftOf(null), password: 'x' }
    expect(scheduleProblem(draft, 'nightly')).toMatch(/Start one now as well/)
    expect(scheduleProblem(draft, 'both')).toBe('')
    expect(scheduleProblem(draftOf(null), 'nightly')).toBe('')
  })

  it('has its faults at the same fields', () => {
    expect(
      crawlFaults([
        { path: 'body.input.seeds.0', message: 'bad' },
        { path: 'body.cron', message: 'bad' },
      ]),
    ).toEqual([
      { path: 'body.seeds.0', message: 'bad' },
      { path: 'body.cron', message: 'bad' },
    ])
  })
})

describe('limits that are changed while it runs', () => {
  const settings = crawl()

  it('are only those that differ', () => {
    const texts = limitTexts(settings)
    expect(limitChange(texts, settings)).toBeNull()
    expect(limitChange({ ...texts, 'limits.pages': '' }, settings)).toBeNull()
    expect(limitChange({ ...texts, 'limits.pages': '5000' }, settings)).toEqual({ limits: { pages: 5_000 } })
    expect(limitChange({ ...texts, 'limits.bytes': '1', 'politeness.delay_ms': '0' }, settings)).toEqual({
      limits: { bytes: 1024 * 1024 },
      politeness: { delay_ms: 0 },
    })
  })
})

describe('addresses of crawls', () => {
  it('hold the filters of the list', () => {
    const filters = crawlFiltersOf('?status=running&q=docs&other=1')
    expect(crawlSearchOf(filters)).toBe('?status=running&q=docs')
    expect(crawlParams(filters)).toEqual({ status: 'running', q: 'docs' })
    expect(crawlParams({ status: 'nonsense', q: '' })).toEqual({})
  })

  it('hold the tab of a crawl', () => {
    expect([tabOf('?tab=tree'), tabOf('?tab=nonsense'), tabOf('')]).toEqual(['tree', 'overview', 'overview'])
    expect(tabAddress('a', 'overview')).toBe('/crawls/a')
    expect(tabAddress('a', 'pages', { status: 'skipped', reason: 'robots', q: '' })).toBe(
      '/crawls/a?tab=pages&status=skipped&reason=robots',
    )
  })

  it('hold the filters of its pages, of which the server gets what it can take', () => {
    const filters = pageFiltersOf('?tab=pages&status=failed&reason=timeout&status_code=9&sort=-bytes&q=x')
    expect(pageParams(filters)).toEqual({ status: 'failed', reason: 'timeout', sort: '-bytes', q: 'x' })
    expect(isFiltered(filters)).toBe(true)
    expect(isFiltered(pageFiltersOf('?sort=depth&status_code=abc'))).toBe(false)
    expect(pageParams(pageFiltersOf('?status_code=404'))).toEqual({ status_code: 404 })
  })

  it.each([
    ['', 58],
    ['?status=skipped', 5],
    ['?status=failed', 3],
    ['?reason=robots', 4],
    ['?status=skipped&reason=robots', 4],
    ['?status=failed&reason=robots', 0],
    ['?status=fetched&reason=robots', 0],
    ['?q=x', null],
  ])('know from the counts how many pages match %s', (search, count) => {
    expect(pageCountOf(pageFiltersOf(search), counts)).toBe(count)
  })
})

describe('the rate', () => {
  it('is written for its size', () => {
    expect([0, 0.42, 9.95, 12.4, 1_240.4].map(formatRate)).toEqual(['', '0.4/s', '10.0/s', '12/s', '1,240/s'])
  })

  it('is kept for each second, with gaps where nobody looked', () => {
    const first = withRate(null, 10_400, 1)
    expect(first).toEqual({ from: 10_000, values: [1] })
    expect(withRate(first, 10_900, 2)).toEqual({ from: 10_000, values: [2] })
    expect(withRate(first, 13_000, 4)).toEqual({ from: 10_000, values: [1, null, null, 4] })
    expect(withRate(first, 2_000, 5)).toEqual({ from: 2_000, values: [5] })
  })

  it('is forgotten after five minutes', () => {
    const late = withRate(withRate(null, 0, 1), 100_000_000, 2)
    expect(late.values).toHaveLength(300)
    expect(late.from).toBe(100_000_000 - 299_000)
    expect(late.values.filter(value => value !== null)).toEqual([2])
  })
})

test('crawls have the name of their first address', () => {
  expect(nameOfSeeds(['https://example.org/'])).toBe('example.org')
  expect(nameOfSeeds(['http://example.org/docs/', 'b', 'c'])).toBe('example.org/docs/ and 2 more')
})

test('reasons are words, also those that are not known here', () => {
  expect(['robots', 'connection_refused'].map(reasonWords)).toEqual(['forbidden by robots.txt', 'connection refused'])
})

import { parseDocument } from 'htmlparser2'
import { exitCodeOf, failOnOf, type Report } from '../../cli/crawls/fail-on'
import { junitOf } from '../../cli/crawls/junit'
import { crawlBody } from '../../cli/crawls/settings'
import { brokenText, endText, progressText } from '../../cli/crawls/text'
import { createTerminal } from '../../cli/output/terminal'
import type { CrawledPage } from '../../src/contract/crawl-pages'
import type { BrokenLink } from '../../src/contract/crawl-reports'
import { crawlSettings } from '../../src/contract/crawl-settings'
import type { Crawl } from '../../src/contract/crawls'

const by = { type: 'token', id: 'ci', name: 'CI' } as const
const crawl: Crawl = {
  ...{ id: 'c1', job_id: 'c1', ...crawlSettings.parse({ seeds: ['https://example.org/?a=1&b=2'] }) },
  ...{ has_secrets: [], discovered: 60, queued: 0, leased: 0, fetched: 12, failed: 3, bytes: 5_000_000 },
  ...{ skipped: { depth: 2, robots: 43 }, failed_by: { timeout: 1, http_404: 2 } },
  ...{ status: 'completed', phase: null, pages_per_second: 4, seconds_left: null, ended_because: 'completed' },
  ...{ paused: null, previous_id: null, findings: null, created_by: by, created_at: '2026-11-30T08:00:00.000Z' },
  ...{ started_at: '2026-11-30T08:00:01.000Z', ended_at: '2026-11-30T08:00:04.500Z' },
}
const link: BrokenLink = {
  ...{ key: '2', url: 'https://example.org/old', status_code: 404, error: null, is_external: false, is_new: true },
  ...{ referrer_count: 2, referrers: [{ url: 'https://example.org/', text: 'Old & "new" <news>' }] },
}
const external: BrokenLink = {
  ...{ key: '9', url: 'https://gone.example/', status_code: null, error: 'dns_not_found', is_external: true },
  ...{ is_new: false, referrer_count: 1, referrers: [{ url: 'https://example.org/links', text: '' }] },
}
const page = (key: string, path: string, more: Partial<CrawledPage> = {}): CrawledPage => ({
  ...{ key, url: `https://example.org${path}`, final_url: `https://example.org${path}`, status_code: 200 },
  ...{ outcome: 'fetched', reason: null, explanation: null, title: null, depth: 1, content_type: 'text/html' },
  ...{ bytes: 10, duration_ms: 1_250, fetched_at: '2026-11-30T08:00:02.000Z', ...more },
})
const failed = page('3', '/slow', { outcome: 'failed', reason: 'timeout', explanation: 'No answer\u0000 in 20 s' })
const pages = [page('1', '/'), page('2', '/old', { outcome: 'failed', status_code: 404 }), failed]
const report: Report = { crawl, broken: [link, external] }
const terminal = createTerminal({}, process.stdout, process.stderr)

const ended = (ended_because: Crawl['ended_because'], more: Partial<Crawl> = {}) => ({
  ...crawl,
  ended_because,
  ...more,
})

test.each([
  ['nothing', undefined, report, 0],
  ['broken, of which there are some', 'broken', report, 8],
  ['new-broken, of which there is one', 'new-broken', report, 8],
  ['new-broken, of which there are none', 'new-broken', { crawl, broken: [external] }, 0],
  ['broken, of which there are none', 'broken', { crawl, broken: [] }, 0],
  ['broken or failed, of which some failed', 'broken,failed', { crawl, broken: [] }, 8],
  ['failed, of which there are none', 'failed', { crawl: ended('completed', { failed: 0 }), broken: [link] }, 0],
  ['broken, after a limit', 'broken', { crawl: ended('page_limit'), broken: [] }, 0],
  ['limit, after a limit', 'limit', { crawl: ended('time_limit'), broken: [] }, 8],
  ['nothing, when it was blocked', undefined, { crawl: ended('blocked'), broken: [] }, 1],
  ['broken, when it failed', 'broken', { crawl: ended('failed'), broken: [link] }, 1],
  ['nothing, when it was cancelled', undefined, { crawl: ended('cancelled'), broken: [] }, 1],
])('a build that fails on %s', (_, failOn, of, code) => {
  expect(exitCodeOf(of, failOnOf(failOn))).toBe(code)
})

test('an unknown name after --fail-on is wrong usage', () => {
  expect(() => failOnOf('broken,nothing')).toThrow(
    '--fail-on must be broken, new-broken, failed, limit, not "nothing".',
  )
})

test('options become settings, and what is not given is left to the server', () => {
  expect(crawlBody(['example.org', 'http://127.0.0.1:8000/a'], {})).toEqual({
    ...{ seeds: ['https://example.org/', 'http://127.0.0.1:8000/a'], scope: {}, limits: {}, politeness: {} },
  })
  expect(
    crawlBody(['example.org'], {
      ...{ depth: '0', pages: '5', scope: 'prefix', exclude: ['/a', '/b'], delay: '0', concurrency: '8' },
      ...{ 'no-external': true, 'ignore-robots': true, reason: 'nightly' },
    }),
  ).toEqual({
    ...{ seeds: ['https://example.org/'], scope: { type: 'prefix', exclude: ['/a', '/b'] } },
    limits: { depth: 0, pages: 5 },
    politeness: { delay_ms: 0, concurrency: 8, obey_robots: false },
    ...{ check_external: false, reason: 'nightly' },
  })
  expect(() => crawlBody(['not an address'], {})).toThrow('"not an address" is not a web address.')
  expect(() => crawlBody(['example.org'], { settings: 'file.json' })).toThrow('--settings must be @file')
})

test('the summary has all counts', () => {
  expect(endText(report)).toBe(`Crawl c1 is complete after 3.5 s: 2 broken links, 1 new.
12 pages fetched (4.8 MiB), 3 failed (2 http_404, 1 timeout), 45 skipped (43 robots, 2 depth).`)
  expect(endText({ crawl: { ...crawl, ended_because: 'blocked', fetched: 1 }, broken: [] })).toMatch(
    /^Crawl c1 was blocked: robots.txt allows none of it after 3\.5 s: no broken links\.\n1 page fetched/,
  )
})

test('progress names the step', () => {
  const running = { ...crawl, status: 'running', phase: 'fetch', queued: 40, leased: 2, seconds_left: 9.4 } as const
  expect(progressText(running)).toBe(
    'fetch: 12 pages fetched, 42 queued, 3 failed, 45 skipped; 4.0 pages/s; about 10 s left',
  )
  expect(progressText({ ...running, status: 'paused', pages_per_second: 0 })).toMatch(/^paused: .* 45 skipped$/)
  const first = { ...running, phase: 'discover', queued: 0, leased: 0, failed: 0, skipped: {}, fetched: 0 } as const
  expect(progressText({ ...first, pages_per_second: 0, seconds_left: null })).toBe('discover: 0 pages fetched')
})

test('a broken link is shown with the pages that have it', () => {
  expect(brokenText(terminal, link)).toBe(`404 https://example.org/old (new)
    in https://example.org/: Old & "new" <news>
    and in 1 more page
`)
  expect(brokenText(terminal, external)).toBe(`dns_not_found https://gone.example/ (external)
    in https://example.org/links
`)
})

const tests = (xml: string) => {
  const document = parseDocument(xml, { xmlMode: true })
  const found: { name: string; attributes: Record<string, string>; text: string }[] = []
  const walk = (nodes: typeof document.children) => {
    for (const node of nodes) {
      if (!('attribs' in node)) continue
      const text = node.children.map(child => ('data' in child ? child.data : '')).join('')
      found.push({ name: node.name, attributes: node.attribs, text })
      walk(node.children)
    }
  }
  walk(document.children)
  return found
}

test('a JUnit report has a test for each URL, with the referrers of broken links', () => {
  const xml = junitOf(report, pages, ['broken'])
  const found = tests(xml)
  const suite = found.find(({ name }) => name === 'testsuite')
  expect(suite?.attributes).toEqual({
    ...{ name: 'tailrace crawl https://example.org/?a=1&b=2', tests: '5', failures: '3', errors: '0', skipped: '0' },
    ...{ time: '3.500', timestamp: '2026-11-30T08:00:01' },
  })
  expect(found.filter(({ name }) => name === 'testcase').map(({ attributes }) => attributes)).toEqual([
    { classname: 'tailrace', name: 'The crawl ends well' },
    { classname: 'example.org', name: 'https://example.org/', time: '1.250' },
    { classname: 'example.org', name: 'https://example.org/old', time: '1.250' },
    { classname: 'example.org', name: 'https://example.org/slow', time: '1.250' },
    { classname: 'gone.example', name: 'https://gone.example/' },
  ])
  expect(found.filter(({ name }) => name === 'failure')).toMatchObject([
    {
      attributes: { message: 'Broken link: 404', type: 'broken_link' },
      text: 'https://example.org/old\n    in https://example.org/: Old & "new" <news>\n    and in 1 more page',
    },
    { attributes: { message: 'No answer\ufffd in 20 s', type: 'timeout' } },
    { attributes: { message: 'Broken link: dns_not_found' } },
  ])
})

test('links that were broken before are skipped tests if only new ones matter', () => {
  const found = tests(junitOf(report, pages, ['new-broken']))
  expect(found.find(({ name }) => name === 'testsuite')?.attributes).toMatchObject({ failures: '2', skipped: '1' })
  expect(found.find(({ name }) => name === 'skipped')?.attributes).toEqual({
    message: 'Broken link: dns_not_found, as in the crawl before',
  })
})

test('a crawl that ended badly is an error', () => {
  const blocked: Report = { crawl: { ...crawl, ended_because: 'blocked', started_at: null }, broken: [] }
  expect(tests(junitOf(blocked, [], [])).filter(({ name }) => /testsuite$|error/.test(name))).toMatchObject([
    { attributes: { tests: '1', errors: '1', time: '4.500' } },
    { attributes: { message: 'The crawl was blocked: robots.txt allows none of it', type: 'blocked' } },
  ])
})

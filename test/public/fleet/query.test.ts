import { describeTargets } from '../../../public/fleet/query/describe-targets'
import { draftAddress, draftOf, hasNoTargets, sentTargets } from '../../../public/fleet/query/draft'
import { groupErrors } from '../../../public/fleet/query/error-list'
import { splitByMatch } from '../../../public/fleet/query/search-matches'
import { describeProgress, segmentsOf } from '../../../public/fleet/query/segments'
import { countTargets, platformChoices } from '../../../public/fleet/query/target-count'
import { applyResults, isSameTarget } from '../../../public/fleet/query/target-host'
import { nextSort, rowParams, searchOf, viewOf } from '../../../public/fleet/query/view'
import type { QueryResult } from '../../../public/fleet/query-result'
import type { QueryCounts, QueryTarget } from '../../../src/contract/queries'

const NONE = { pending: 0, sent: 0, completed: 0, no_rows: 0, failed: 0, denylisted: 0, offline: 0, expired: 0 }
const counts = (some: Partial<QueryCounts>): QueryCounts => ({ targets: 0, ...NONE, ...some })

describe('the bar of states', () => {
  it('has a segment for each state that occurs, and they fill it', () => {
    const segments = segmentsOf(counts({ targets: 10, completed: 5, no_rows: 3, offline: 2 }))
    expect(segments.map(({ state, count }) => [state, count])).toEqual([
      ['completed', 5],
      ['no_rows', 3],
      ['offline', 2],
    ])
    expect(segments.map(({ share }) => share)).toEqual([0.5, 0.3, 0.2])
    expect(segmentsOf(counts({}))).toEqual([])
  })

  it('keeps one host among thousands visible', () => {
    const segments = segmentsOf(counts({ targets: 100_000, completed: 99_999, failed: 1 }))
    const [rows, failed] = segments.map(({ share }) => share)
    expect(failed).toBeGreaterThan(0.005)
    expect((rows ?? 0) + (failed ?? 0)).toBeCloseTo(1)
  })

  it('has a text alternative', () => {
    expect(describeProgress(counts({ targets: 4, completed: 1, no_rows: 1, failed: 1, pending: 1 }))).toBe(
      '3 of 4 hosts have answered',
    )
    expect(describeProgress(counts({ targets: 1, pending: 1 }))).toBe('0 of 1 host has answered')
  })
})

describe('the view of a query page', () => {
  it('survives a round trip through the URL', () => {
    const view = viewOf('?view=hosts&state=failed&q=x%20y&sort=-pid')
    expect(view).toEqual({ view: 'hosts', state: 'failed', host: '', q: 'x y', sort: '-pid', column: '' })
    expect(viewOf(searchOf(view))).toEqual(view)
    expect(searchOf(viewOf(''))).toBe('')
    expect(viewOf('?view=nonsense&state=nonsense')).toMatchObject({ view: 'rows', state: '' })
  })

  it('requests only hosts with rows', () => {
    expect(rowParams(viewOf('?q=a&sort=pid&host=h'))).toEqual({
      status: 'completed',
      host_id: 'h',
      q: 'a',
      sort: 'pid',
    })
    expect(rowParams(viewOf(''))).toEqual({ status: 'completed' })
  })

  it('sorts ascending, descending, then not at all', () => {
    expect(['', 'pid', '-pid', 'name'].map(sort => nextSort(sort, 'pid'))).toEqual(['pid', '-pid', '', 'pid'])
  })
})

describe('a draft', () => {
  const kept = new Map<string, string>()
  beforeAll(() => {
    Object.assign(globalThis, {
      sessionStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: kept.set.bind(kept) },
    })
  })
  afterAll(() => Reflect.deleteProperty(globalThis, 'sessionStorage'))

  it('is in the URL', () => {
    const draft = {
      sql: "select * from users where name = 'a&b'",
      targets: { host_ids: ['h1', 'h2'], labels: ['web, old'] },
      deadline_seconds: 60,
    }
    expect(draftOf(new URL(draftAddress(draft), 'http://x').search)).toEqual(draft)
    expect(draftAddress({})).toBe('/queries/new')
    expect(draftOf('?hosts=a,b').targets).toEqual({ host_ids: ['a', 'b'] })
    expect(draftOf('?deadline=nonsense')).toEqual({ sql: '', targets: {}, deadline_seconds: 300 })
  })

  it('is in the session storage if it is too long for a URL', () => {
    const targets = { host_ids: Array.from({ length: 1_000 }, (_, at) => `host-${at}`) }
    const address = draftAddress({ targets })
    expect(address).toBe('/queries/new?kept=1')
    expect(draftOf('?kept=1').targets).toEqual(targets)
  })

  it('knows whether it has targets, and sends no empty lists', () => {
    expect(hasNoTargets({})).toBe(true)
    expect(hasNoTargets({ platforms: [], labels: [] })).toBe(true)
    expect(hasNoTargets({ all: true })).toBe(false)
    expect(hasNoTargets({ labels: ['a'] })).toBe(false)
    expect(sentTargets({ all: true, labels: ['a'] })).toEqual({ all: true })
    expect(sentTargets({ labels: ['a'], platforms: [] })).toEqual({ labels: ['a'] })
  })
})

describe('the number of targeted hosts', () => {
  const platforms = platformChoices([
    { platform: 'ubuntu', hosts: 5 },
    { platform: 'rhel', hosts: 2 },
    { platform: 'darwin', hosts: 3 },
    { platform: '', hosts: 1 },
  ])
  const known = { total: 11, platforms, labels: [{ id: 'l', name: 'web', host_count: 4 }] }

  it('has one choice for all Linux distributions', () => {
    expect(platforms).toEqual([
      { platform: 'linux', hosts: 7 },
      { platform: 'ubuntu', hosts: 5 },
      { platform: 'rhel', hosts: 2 },
      { platform: 'darwin', hosts: 3 },
    ])
    expect(platformChoices([{ platform: 'windows', hosts: 1 }])).toEqual([{ platform: 'windows', hosts: 1 }])
  })

  it.each([
    [{ all: true as const }, { hosts: 11, isMax: false }],
    [{}, { hosts: 0, isMax: false }],
    [{ platforms: ['ubuntu', 'darwin'] }, { hosts: 8, isMax: false }],
    [{ platforms: ['linux', 'ubuntu'] }, { hosts: 7, isMax: false }],
    [{ labels: ['web'] }, { hosts: 4, isMax: false }],
    [
      { labels: ['l'], platforms: ['darwin'] },
      { hosts: 7, isMax: true },
    ],
    [{ host_ids: ['a', 'b'] }, { hosts: 2, isMax: false }],
    [
      { host_ids: ['a'], platforms: ['linux', 'darwin'] },
      { hosts: 11, isMax: true },
    ],
  ])('%j', (targets, count) => expect(countTargets(targets, known)).toEqual(count))

  it('is described as text', () => {
    expect(describeTargets({ all: true })).toBe('all hosts')
    expect(describeTargets({ platforms: ['darwin'], labels: ['a', 'b'], host_ids: ['x'] })).toBe(
      'darwin, labels a, b, 1 selected host',
    )
  })
})

const host = (id: string, more: Partial<QueryTarget> = {}): QueryTarget => ({
  host_id: id,
  host_identifier: id,
  hostname: id,
  state: 'pending',
  row_count: 0,
  error: null,
  truncated: false,
  late: false,
  sent_at: null,
  sent_count: 0,
  answered_at: null,
  stats: null,
  ...more,
})

test('an answer updates its host in the list once', () => {
  const hosts = [host('a'), host('b')]
  const result: QueryResult = {
    host_id: 'b',
    query_id: 'q',
    status: 'completed',
    state: 'completed',
    occurred_at: '2026-01-01T00:00:00.000Z',
    error: null,
    row_count: 3,
    rows: [],
    truncated: false,
    late: true,
  }
  const after = applyResults(hosts, [result, { ...result, host_id: 'elsewhere' }])
  expect(after[0]).toBe(hosts[0])
  expect(after[1]).toMatchObject({ state: 'completed', row_count: 3, late: true, answered_at: result.occurred_at })
  expect(applyResults(after, [{ ...result, row_count: 5 }])).toBe(after)
  expect(isSameTarget(host('a'), host('a', { state: 'sent', sent_at: result.occurred_at }))).toBe(false)
  expect(isSameTarget(host('b'), host('b', { hostname: 'other' }))).toBe(true)
})

test('errors are grouped by message, most frequent first', () => {
  const groups = groupErrors([
    host('a', { error: 'x' }),
    host('b', { error: 'y' }),
    host('c', { error: 'y' }),
    host('d'),
  ])
  expect(groups.map(({ message, hosts }) => [message, hosts.map(each => each.host_id)])).toEqual([
    ['y', ['b', 'c']],
    ['The host did not report a reason.', ['d']],
    ['x', ['a']],
  ])
})

test.each([
  ['Abcabc', 'BC', ['A', '*bc', 'a', '*bc']],
  ['abc', '', ['abc']],
  ['abc', 'x', ['abc']],
  ['aa', 'a', ['*a', '*a']],
  ['İa', 'a', ['İa']],
])('%s is split at each %s', (text, q, parts) => {
  expect(splitByMatch(text, q).map(part => (part.isMatch ? `*${part.text}` : part.text))).toEqual(parts)
})

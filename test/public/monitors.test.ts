import { alertsMatcher, silenceAddress } from '../../public/monitors/addresses'
import { bulkChangeOf } from '../../public/monitors/bulk'
import { faultOf, otherFaults } from '../../public/monitors/faults'
import { monitorFiltersOf, monitorParams, monitorSearchOf, selectionOf } from '../../public/monitors/filters'
import { formatOf } from '../../public/monitors/import-format'
import { latencyGrid } from '../../public/monitors/latency-grid'
import { applyToMonitors } from '../../public/monitors/live-monitors'
import { countsAfter, type MonitorNews, NO_COUNTS } from '../../public/monitors/monitor-news'
import { rowOf } from '../../public/monitors/rows'
import { barWords, formatUptime, partsOf } from '../../public/monitors/uptime'
import { expiryWords, recentWords, settingWords } from '../../public/monitors/words'
import type { MonitorCheckEvent, MonitorItem, MonitorStatusEvent } from '../../src/contract/monitors'

const T = (minute: number) => `2026-11-30T04:${String(minute).padStart(2, '0')}:00.000Z`

const item = (id: string, change: Partial<MonitorItem> = {}): MonitorItem => ({
  ...{ id, name: id, type: 'http', target: 'http://localhost/', interval_seconds: 60, labels: {} },
  ...{ status: 'up', status_since: T(0), last_checked_at: T(1), latency_ms: 5, status_code: 200 },
  ...{ error: null, tls_expires_at: null, recent: 'uu' },
  ...change,
})
const checked = (monitor_id: string, change: Partial<MonitorCheckEvent> = {}): MonitorNews => ({
  type: 'monitor_check',
  data: {
    ...{ monitor_id, monitor_name: monitor_id, status: 'up', success: true, status_code: 200, response_time_ms: 7 },
    ...{ error_code: null, error_message: null, ssl_valid: null, ssl_expires_at: null, checked_at: T(2) },
    ...change,
  },
})
const became = (monitor_id: string, status: MonitorStatusEvent['status'], change: Partial<MonitorStatusEvent> = {}) =>
  ({
    type: 'monitor_status',
    data: { monitor_id, monitor_name: monitor_id, status, previous: 'up', since: T(2), ...change },
  }) satisfies MonitorNews

describe('live monitors', () => {
  const counts = { ...NO_COUNTS, up: 2 }
  const monitors = [item('a'), item('b')]

  it('take the outcome of a check, and leave other rows as they are', () => {
    const news = checked('a', { status: 'down', status_code: null, error_code: 'refused', error_message: 'Refused' })
    const next = applyToMonitors({ monitors, counts }, [news])
    expect(next.monitors[0]).toMatchObject({
      ...{ recent: 'uud', last_checked_at: T(2), latency_ms: 7, status: 'up' },
      error: { code: 'refused', message: 'Refused' },
    })
    expect(next.monitors[1]).toBe(monitors[1])
    expect(next).toMatchObject({ counts, isIncomplete: false })
  })

  it('ignore what the stream repeats', () => {
    const news = [checked('a', { checked_at: T(1) }), became('b', 'down', { since: T(0) })]
    const next = applyToMonitors({ monitors, counts }, news)
    expect(next.monitors).toEqual(monitors)
    expect(next).toMatchObject({ counts, isIncomplete: false })
  })

  it('count by status, and are read again for their order', () => {
    const next = applyToMonitors({ monitors, counts }, [became('a', 'down')])
    expect(next.monitors[0]).toMatchObject({ status: 'down', status_since: T(2) })
    expect(next).toMatchObject({ counts: { up: 1, down: 1 }, isIncomplete: true })
  })

  it('lose what was deleted, and are read again when one is new', () => {
    const gone = applyToMonitors({ monitors, counts }, [became('a', 'deleted')])
    expect(gone.monitors.map(({ id }) => id)).toEqual(['b'])
    expect(gone).toMatchObject({ counts: { up: 1 }, isIncomplete: false })
    expect(applyToMonitors({ monitors, counts }, [became('c', 'pending')]).isIncomplete).toBe(true)
    expect(applyToMonitors({ monitors, counts }, [became('c', 'deleted')]).isIncomplete).toBe(false)
  })

  it('are counted by the previous status where no list is known', () => {
    expect(countsAfter(counts, became('a', 'down'))).toMatchObject({ up: 1, down: 1 })
    expect(countsAfter(counts, became('c', 'pending', { previous: null }))).toMatchObject({ up: 2, pending: 1 })
    expect(countsAfter(counts, became('a', 'deleted'))).toMatchObject({ up: 1 })
    expect(countsAfter(counts, checked('a'))).toBe(counts)
  })
})

describe('filters', () => {
  it('are in the address, and become parameters', () => {
    const search = '?status=down&type=http&q=shop&sort=-latency&label=team%3Dweb&label=env'
    const filters = monitorFiltersOf(search)
    expect(monitorSearchOf(filters)).toBe(search)
    expect(monitorParams(filters)).toEqual({
      ...{ status: 'down', type: 'http', q: 'shop', sort: '-latency', label: ['team=web', 'env'] },
    })
    expect(monitorParams(monitorFiltersOf('?status=x&type=y&sort=z'))).toEqual({ sort: 'name' })
  })

  it('select for bulk actions, unless labels have no value or two', () => {
    const selected = (search: string) => selectionOf(monitorFiltersOf(search))
    expect(selected('?sort=status')).toEqual({ all: true })
    expect(selected('?status=down&q=a&label=team%3Dweb%3D1')).toEqual({
      ...{ status: ['down'], q: 'a', labels: { team: 'web=1' } },
    })
    expect(selected('?label=team')).toBeNull()
    expect(selected('?label=team%3Da&label=team%3Db')).toBeNull()
  })

  it('lead to the alerts of some monitors', () => {
    expect(alertsMatcher(['a'])).toBe('monitor_id="a"')
    expect(alertsMatcher(['a', 'b'])).toBe('monitor_id=~"a|b"')
    expect(new URLSearchParams(silenceAddress(['a']).split('?')[1]).get('matcher')).toBe('monitor_id="a"')
  })
})

test('a bulk change has what was entered', () => {
  const labels = [rowOf({ name: ' team ', value: 'web' }), rowOf({})]
  expect(bulkChangeOf({ retries: '0', timeout_ms: ' ' }, labels, 'env, tier')).toEqual({
    ...{ retries: 0, set_labels: { team: 'web' }, remove_labels: ['env', 'tier'] },
  })
  expect(bulkChangeOf({}, [rowOf({})], ' ')).toBeNull()
})

test('faults belong to fields', () => {
  const faults = [
    { path: 'body.settings.json.0.path', message: 'must be a JSONPath' },
    { path: 'body.settings.basic.username', message: 'is required' },
    { path: 'body.target', message: 'must be a URL' },
    { path: 'body.settings.jsonp', message: 'unknown' },
  ]
  expect(faultOf(faults, 'json')).toBe('must be a JSONPath')
  expect(faultOf(faults, 'basic.username')).toBe('is required')
  expect(faultOf(faults, 'target')).toBe('must be a URL')
  expect(faultOf(faults, 'name')).toBeUndefined()
  expect(otherFaults(faults, ['json', 'basic.username', 'target'])).toEqual([faults[3]])
})

test.each([
  ['{"version": "1.23", "monitorList": []}', 'uptime-kuma'],
  ['{"version": 1, "monitors": []}', 'tailrace'],
  ['version: 1\nmonitors:\n  - name: a', 'tailrace'],
  ['# comment\nendpoints:\n  - name: a', 'gatus'],
  ['external-endpoints: []', 'gatus'],
  ['services:\n  monitors: 1', undefined],
  ['[]', undefined],
])('the format of %j is %s', (text, format) => {
  expect(formatOf(text)).toBe(format)
})

describe('history', () => {
  const HOUR = { from: '2026-11-30T04:00:00.000Z', to: '2026-11-30T05:00:00.000Z' }
  const none = { up: 0, down: 0, pending: 0, paused: 0, maintenance: 0, unknown: 0 }

  it('never shows an outage as none', () => {
    expect([100, 99.99999, 0, null].map(formatUptime)).toEqual(['100%', '99.999%', '0%', '–'])
    const parts = partsOf({ ...HOUR, seconds: { ...none, up: 3_599, down: 1 } })
    expect(parts.map(({ state }) => state)).toEqual(['up', 'down'])
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
    expect(parts[1]?.share).toBe(0.2)
  })

  it('leaves what is not known empty', () => {
    expect(partsOf({ ...HOUR, seconds: none })).toEqual([])
    expect(barWords({ ...HOUR, seconds: none })).toMatch(/: nothing known$/)
    expect(barWords({ ...HOUR, seconds: { ...none, up: 3_480, down: 120 } })).toMatch(/: up 58 m, down 2 m$/)
    expect(partsOf({ ...HOUR, seconds: { ...none, up: 1_800 } })).toEqual([{ state: 'up', share: 0.5 }])
  })

  it('has values at equal steps, with gaps', () => {
    const point = (at: string, p50: number) => ({
      ...{ at, p50, p95: null, p99: null, checks: 1, failures: 0 },
      phases_ms: { dns: null, connect: 3, tls: null, first_byte: 4, transfer: null },
    })
    const grid = latencyGrid({
      ...{ window: '24h', from: '2026-11-30T01:30:00.000Z', to: '2026-11-30T04:30:00.000Z' },
      ...{ p50: 1, p95: 1, p99: 1, checks: 2, failures: 0 },
      points: [point('2026-11-30T02:00:00.000Z', 5), point('2026-11-30T04:00:00.000Z', 6)],
    })
    expect(grid.from).toBe(Date.parse('2026-11-30T01:00:00.000Z'))
    expect(grid.p50).toEqual([null, 5, null, 6])
    expect(grid.phases.map(({ name }) => name)).toEqual(['connect', 'first_byte'])
  })
})

test('words for checks, certificates and times', () => {
  const now = Date.parse(T(0))
  const inDays = (days: number) => new Date(now + days * 86_400_000 + 1).toISOString()
  expect(recentWords('uud?')).toBe('4 checks: 2 up, 1 down, 1 unknown')
  expect(recentWords('')).toBe('No checks yet')
  expect(expiryWords(inDays(40), now)).toBeNull()
  expect(expiryWords(inDays(10), now)).toEqual({ text: '10 days', isUrgent: false })
  expect(expiryWords(inDays(1), now)).toEqual({ text: '1 day', isUrgent: true })
  expect(expiryWords(inDays(-1), now)).toEqual({ text: 'expired', isUrgent: true })
  expect([10_000, 90_000, 2_500].map(settingWords)).toEqual(['10 s', '1 m 30 s', '2.5 s'])
})

import { commonLabels, webAddress } from '../../public/alerts/alert'
import { alertFiltersOf, alertParams, alertSearchOf, groupMatchers, toggleMatcher } from '../../public/alerts/filters'
import { type AlertNews, applyToAlerts } from '../../public/alerts/live-alerts'
import { matchersFor, matcherText, parseMatcher } from '../../public/alerts/matcher-text'
import { suggestionsFor } from '../../public/alerts/suggestions'
import type { AlertItem } from '../../src/contract/alerts'
import type { Labels, Matcher } from '../../src/contract/matchers'

const idOf = (n: number) => `01930000-0000-7000-8000-${String(n).padStart(12, '0')}`

const alertOf = (n: number, more: Partial<AlertItem> = {}): AlertItem => ({
  id: idOf(n),
  fingerprint: String(n).padStart(16, '0'),
  source: 'api',
  labels: { alertname: 'Down', team: 'web', instance: `web-${n}` },
  annotations: {},
  generator_url: null,
  starts_at: '2026-01-01T00:00:00.000Z',
  ends_at: null,
  resolved_at: null,
  resolved_by: null,
  state: 'firing',
  links: {},
  ...{ silenced_by: [], inhibited_by: [], maintenance: [], receivers: [], incident_ids: [] },
  ...more,
})

const newsOf = (type: string, n: number, more: Partial<AlertNews['data']> = {}): AlertNews => {
  const { id, fingerprint, source, labels, starts_at, resolved_at, resolved_by } = alertOf(n)
  return { type, data: { id, fingerprint, source, labels, starts_at, resolved_at, resolved_by, ...more } }
}

const OPEN = alertFiltersOf('')

describe('matchers as text', () => {
  test.each<[string, Matcher]>([
    ['severity="critical"', { name: 'severity', op: '=', value: 'critical' }],
    ['a!=""', { name: 'a', op: '!=', value: '' }],
    ['path=~"/api/.*"', { name: 'path', op: '=~', value: '/api/.*' }],
    ['"a label"!~"x\\\\d \\"y\\"\\n"', { name: 'a label', op: '!~', value: 'x\\d "y"\n' }],
  ])('%s is written and read as the same', (text, matcher) => {
    expect(matcherText(matcher)).toBe(text)
    expect(parseMatcher(text)).toEqual(matcher)
  })

  test.each([
    ['team=web', { name: 'team', op: '=', value: 'web' }],
    [' team = web ', { name: 'team', op: '=', value: 'web' }],
    ['team=', { name: 'team', op: '=', value: '' }],
  ])('%s needs no quotes', (text, matcher) => {
    expect(parseMatcher(text)).toEqual(matcher)
  })

  test.each(['web down', '=x', '{a="b"}', 'a b=c'])('%s is a search', text => {
    expect(parseMatcher(text)).toBeNull()
  })

  test('alerts are covered by the labels that all have, with alternatives where they differ', () => {
    const sets: Labels[] = [
      { alertname: 'Down', instance: 'web.1', a: 'x' },
      { alertname: 'Down', instance: 'web.2' },
    ]
    expect(matchersFor(sets)).toEqual([
      { name: 'alertname', op: '=', value: 'Down' },
      { name: 'instance', op: '=~', value: 'web\\.1|web\\.2' },
    ])
    const many = Array.from({ length: 30 }, (_, n) => ({ alertname: 'Down', instance: `web-${n}` }))
    expect(matchersFor(many)).toEqual([{ name: 'alertname', op: '=', value: 'Down' }])
    expect(matchersFor([])).toEqual([])
  })
})

describe('filters', () => {
  test('survive the URL, and become parameters of the API', () => {
    const search = alertSearchOf({ state: 'firing', filter: ['a="1"', 'b!~"x&y"'], since: '24h', group_by: 'team' })
    const filters = alertFiltersOf(search)
    expect(filters).toEqual({
      ...{ state: 'firing', q: '', source: '', since: '24h', group_by: 'team' },
      filter: ['a="1"', 'b!~"x&y"'],
    })
    expect(alertSearchOf(filters)).toBe(search)
    expect(alertParams(filters)).toEqual({ state: 'firing', since: '24h', filter: ['a="1"', 'b!~"x&y"'] })
    expect(alertParams(OPEN)).toEqual({})
  })

  test('a value is either wanted or not, and a second click takes that back', () => {
    const wanted: Matcher = { name: 'team', op: '=', value: 'web' }
    const once = toggleMatcher({ ...OPEN, filter: ['a=~"b"'] }, wanted)
    expect(once).toEqual(['a=~"b"', 'team="web"'])
    expect(toggleMatcher({ ...OPEN, filter: once }, { ...wanted, op: '!=' })).toEqual(['a=~"b"', 'team!="web"'])
    expect(toggleMatcher({ ...OPEN, filter: once }, wanted)).toEqual(['a=~"b"'])
  })

  test('a group without a label has none', () => {
    expect(groupMatchers(['team', 'zone'], { team: 'web' })).toEqual(['team="web"', 'zone=""'])
  })
})

describe('completion', () => {
  const labels = [
    { name: 'severity', values: [{ value: 'critical', count: 3 }] },
    { name: 'service', values: [{ value: 'a b', count: 2 }] },
  ]
  test.each([
    ['sev', ['severity=']],
    ['se', ['severity=', 'service=']],
    ['severity=', ['severity="critical"']],
    ['severity!="cr', ['severity!="critical"']],
    ['service=~b', ['service=~"a b"']],
    ['severity=x', []],
    ['', []],
  ])('of %j', (text, expected) => {
    expect(suggestionsFor(text, labels).map(each => each.text)).toEqual(expected)
  })
})

describe('live updates', () => {
  const alerts = [alertOf(9), alertOf(5)]

  test('change rows in place, and repeated ones change nothing', () => {
    const silence = '00000000-0000-7000-8000-000000000001'
    const silenced = newsOf('alert_silenced', 5, { by: [silence, 'Backup'] })
    const once = applyToAlerts(alerts, [silenced], OPEN)
    expect(once.items[1]).toMatchObject({ state: 'suppressed', silenced_by: [silence], maintenance: ['Backup'] })
    expect(once.items[0]).toBe(alerts[0])
    const firing = applyToAlerts(once.items, [newsOf('alert_firing', 5, { from: 'silenced' })], OPEN)
    expect(firing.items[1]).toMatchObject({ state: 'firing', silenced_by: [] })
    const resolved = newsOf('alert_resolved', 5, { resolved_at: '2026-01-01T01:00:00.000Z', resolved_by: 'timeout' })
    const over = applyToAlerts(firing.items, [resolved], OPEN)
    expect(over.items[1]).toMatchObject({ state: 'resolved', resolved_by: 'timeout' })
    expect(applyToAlerts(over.items, [resolved, silenced], OPEN).items).toBe(over.items)
  })

  test.each<[string, AlertNews, number, boolean]>([
    ['', newsOf('alert_created', 10), 1, true],
    ['', newsOf('alert_created', 7), 0, true], // of a later page
    ['', newsOf('alert_resolved', 10), 0, true],
    ['?filter=team%3D"web"', newsOf('alert_created', 10), 1, true],
    ['?filter=team%21%3D"web"', newsOf('alert_created', 10), 0, true],
    ['?filter=team%3D~"w.*"', newsOf('alert_created', 10), 1, false],
    ['?q=down', newsOf('alert_created', 10), 1, false],
    ['?source=jobs', newsOf('alert_created', 10), 0, true],
    ['?state=resolved', newsOf('alert_created', 10), 0, true],
    ['?state=resolved', newsOf('alert_resolved', 3), 1, true],
  ])('with %j, count what is missing from the list', (search, news, added, isExact) => {
    expect(applyToAlerts(alerts, [news, news], alertFiltersOf(search))).toMatchObject({ added, isExact, items: alerts })
  })
})

test('labels that all alerts share', () => {
  expect(commonLabels([alertOf(1), alertOf(2)])).toEqual({ alertname: 'Down', team: 'web' })
  expect(commonLabels([])).toEqual({})
})

test.each([
  ['http://prometheus/graph?g0.expr=up', 'http://prometheus/graph?g0.expr=up'],
  ['HTTPS://example.org', 'https://example.org/'],
  ['javascript:alert(1)', null],
  ['data:text/html,x', null],
  ['//example.org', null],
  ['example.org', null],
  [null, null],
])('%j leads to %j', (text, address) => {
  expect(webAddress(text)).toBe(address)
})

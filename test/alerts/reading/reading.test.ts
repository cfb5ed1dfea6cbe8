import { type GivenFilter, readFilter } from '../../../src/alerts/reading/alert-filter'
import { countFacets } from '../../../src/alerts/reading/facets'
import { countGroups } from '../../../src/alerts/reading/label-groups'
import { scanNewestFirst } from '../../../src/alerts/reading/scan'
import { Problem } from '../../../src/base/errors'
import { alertNo, alertsTo, viewOver } from './alerts'

function faultsOf(given: GivenFilter) {
  try {
    readFilter(given)
  } catch (error) {
    if (error instanceof Problem) return error.errors
    throw error
  }
  throw new Error('It was not refused')
}

describe('filters', () => {
  test.each<[string, GivenFilter, object[]]>([
    ['a matcher', { filter: ['foo'] }, [{ path: 'query.filter', message: 'bad matcher format: foo' }]],
    [
      'one of several matchers',
      { filter: ['a="b"', 'c=~"("'] },
      [{ path: 'query.filter.1', message: expect.stringMatching(/^error parsing regexp: /) }],
    ],
    ['a period', { since: 'yesterday' }, [{ path: 'query.since', message: expect.stringMatching(/24h/) }]],
  ])('name %s that is wrong', (_what, given, faults) => expect(faultsOf(given)).toEqual(faults))

  test.each<[GivenFilter, number[]]>([
    [{}, [6, 5, 4, 3, 2, 1]],
    [{ filter: ['job="job-1"'] }, [4, 1]],
    [{ filter: ['job=~"job-[01]"', 'severity!="warning"'] }, [3, 1]],
    [{ filter: ['missing=""'], q: 'NUMBER 5' }, [5]],
    [{ q: 'severity=critical' }, [5, 3, 1]],
    [{ source: ['fleet'] }, []],
    [{ since: '2026-11-29T10:00:05Z' }, [6, 5]],
    [{ since: '2026-11-29T12:00:05+02:00' }, [6, 5]],
  ])('%j', async (given, numbers) => {
    const { matches } = readFilter(given)
    const found: number[] = []
    await scanNewestFirst(viewOver(alertsTo(6)).alerts, undefined, alert => {
      if (matches(alert)) found.push(Number(alert.labels.no))
      return true
    })
    expect(found).toEqual(numbers)
  })
})

describe('a scan', () => {
  test('begins before an id, whether or not there is such an alert, and ends when it is told to', async () => {
    const all = alertsTo(1_000).filter(({ labels }) => labels.no !== '500')
    const found: string[] = []
    await scanNewestFirst(viewOver(all).alerts, alertNo(500).id, ({ labels }) => found.push(labels.no as string) < 3)
    expect(found).toEqual(['499', '498', '497'])
  })

  test('lets others work meanwhile, and neither repeats nor skips alerts when some end or begin', async () => {
    let all = alertsTo(3_000)
    let turns = 0
    const timer = setInterval(() => {
      turns++
      all = [...all.filter((_, i) => i !== 5), alertNo(3_000 + turns)]
    })
    const found = new Set<string>()
    let visits = 0
    await scanNewestFirst({ all: () => all }, undefined, alert => {
      visits++
      found.add(alert.id)
      JSON.stringify(Array.from({ length: 20 }, () => alert)) // takes its time
      return true
    })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
    expect(visits).toBe(found.size)
    expect(visits).toBeGreaterThanOrEqual(3_000 - turns)
    expect(visits).toBeLessThanOrEqual(3_000)
  })

  test('leaves out alerts whose time is up', async () => {
    const all = [alertNo(1, { endsAt: Date.now() - 1 }), alertNo(2, { endsAt: Date.now() + 60_000 })]
    const found: string[] = []
    await scanNewestFirst(viewOver(all).alerts, undefined, ({ id }) => found.push(id) > 0)
    expect(found).toEqual([alertNo(2).id])
  })
})

describe('counts', () => {
  const view = viewOver([...alertsTo(6), alertNo(7, { labels: { constructor: 'x' }, source: 'fleet' })], [2])

  test('facets by state, severity, source and label', async () => {
    expect(await countFacets(view, readFilter({}), true)).toEqual({
      total: 7,
      states: [
        { value: 'firing', count: 6 },
        { value: 'suppressed', count: 1 },
      ],
      severities: [
        { value: 'critical', count: 3 },
        { value: 'warning', count: 3 },
        { value: '', count: 1 },
      ],
      sources: [
        { value: 'api', count: 6 },
        { value: 'fleet', count: 1 },
      ],
      labels: [
        { name: 'alertname', values: [{ value: 'Down', count: 6 }] },
        {
          name: 'job',
          values: [
            { value: 'job-0', count: 2 },
            { value: 'job-1', count: 2 },
            { value: 'job-2', count: 2 },
          ],
        },
        { name: 'no', values: ['1', '2', '3', '4', '5', '6'].map(value => ({ value, count: 1 })) },
        {
          name: 'severity',
          values: [
            { value: 'critical', count: 3 },
            { value: 'warning', count: 3 },
          ],
        },
        { name: 'constructor', values: [{ value: 'x', count: 1 }] },
      ],
    })
  })

  test('facets of some states, without labels', async () => {
    expect(await countFacets(view, readFilter({ state: ['suppressed'] }), false)).toMatchObject({
      total: 1,
      states: [{ value: 'suppressed', count: 1 }],
      labels: [],
    })
  })

  test('groups, the largest first; alerts without a label are a group', async () => {
    const all = { total_groups: 3, total: 7 }
    const found = await countGroups(view, readFilter({}), ['severity', 'toString'], 2)
    expect(found).toEqual({
      ...all,
      items: [
        { labels: { severity: 'critical' }, count: 3, severities: [{ value: 'critical', count: 3 }] },
        { labels: { severity: 'warning' }, count: 3, severities: [{ value: 'warning', count: 3 }] },
      ],
    })
    expect((await countGroups(view, readFilter({}), ['severity'], 9)).items[2]).toEqual({
      labels: {},
      count: 1,
      severities: [{ value: '', count: 1 }],
    })
  })
})

import { type AlertsSite, startAlertsSite } from '../site'
import { describeWith, type RealServer, startServer } from './servers'

const ALERTMANAGER = '/usr/bin/prometheus-alertmanager'
const CONFIG = `
route:
  receiver: incidents-only
  group_by: [alertname]
  routes:
    - { matchers: [team="web"], receiver: web, continue: true }
    - { matchers: [team="web"], receiver: web-late, group_by: [job] }
inhibit_rules:
  - { source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [cluster] }
receivers: [{ name: incidents-only }, { name: web }, { name: web-late }]
`

const alert = (labels: Record<string, string>, more: object = {}) => ({
  labels,
  startsAt: '2026-01-02T03:04:05.678Z',
  endsAt: '2036-01-01T00:00:00.000Z',
  ...more,
})
const ALERTS = [
  alert(
    { alertname: 'Disk', team: 'web', job: 'b' },
    { generatorURL: 'http://p/g?a=1&b=2', annotations: { s: 'a<b' } },
  ),
  alert({ alertname: 'Disk', team: 'web', job: 'a', instance: '2' }),
  alert({ alertname: 'Disk', team: 'web', job: 'a', instance: '1' }),
  alert({ alertname: 'Net', severity: 'critical', cluster: 'x' }),
  alert({ alertname: 'Net', severity: 'warning', cluster: 'x' }),
  alert({ alertname: 'Net', severity: 'warning', cluster: 'y' }),
  alert({ alertname: 'Quiet', zz: '' }),
  { labels: { alertname: 'NoEnd' }, startsAt: '0001-01-01T00:00:00.000Z', endsAt: '0001-01-01T00:00:00.000Z' },
  alert({ alertname: 'Over' }, { endsAt: '2026-01-03T00:00:00Z' }),
]
const SILENCE = {
  matchers: [{ name: 'alertname', value: 'Qui.*|Qxx', isRegex: true }],
  startsAt: '2026-01-01T00:00:00.000Z',
  endsAt: '2036-01-01T00:00:00.000Z',
  createdBy: 'me',
  comment: 'c',
}

/** Fields of later releases, which 0.25 does not send. */
const ADDED = new Set(['mutedBy', 'routeLabels'])
/** What differs from one server to the next; the type must be the same. */
const VARYING = new Set(['updatedAt', 'id', 'uptime'])

/** The shape and contents of an answer, without what must differ. */
function comparable(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map(each => comparable(each, name))
  if (name === 'silencedBy' || VARYING.has(name)) return typeof value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => !ADDED.has(key))
  const isSilence = 'createdBy' in value && 'matchers' in value
  return Object.fromEntries(
    entries
      .filter(([key]) => !(isSilence && key === 'annotations'))
      .map(([key, inner]) => {
        const isNow =
          (isSilence && key === 'startsAt') || ('labels' in value && isNoEnd(value.labels) && /At$/.test(key))
        return [key, isNow ? typeof inner : comparable(inner, key)]
      }),
  )
}

const isNoEnd = (labels: unknown) => (labels as { alertname?: string }).alertname === 'NoEnd'

describeWith(ALERTMANAGER, 'prometheus-alertmanager')('side by side with Debian’s Alertmanager', () => {
  let site: AlertsSite
  let real: RealServer

  beforeAll(async () => {
    site = await startAlertsSite()
    const matchers = [{ name: 'team', op: '=' as const, value: 'web' }]
    await site.route(
      {
        route: {
          receiver: null,
          group_by: ['alertname'],
          routes: [
            { matchers, receiver: 'web', continue: true },
            { matchers, receiver: 'web-late', group_by: ['job'] },
          ],
        },
        inhibit_rules: [
          {
            source_matchers: [{ name: 'severity', op: '=', value: 'critical' }],
            target_matchers: [{ name: 'severity', op: '=', value: 'warning' }],
            equal: ['cluster'],
          },
        ],
      },
      ['web', 'web-late'],
    )
    real = await startServer(ALERTMANAGER, { 'am.yml': CONFIG }, ({ folder, address }) => [
      `--config.file=${folder}/am.yml`,
      `--storage.path=${folder}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ])
    for (const [path, body] of [
      ['/api/v2/silences', SILENCE],
      ['/api/v2/alerts', ALERTS],
    ] as const) {
      const [ours, theirs] = await both(path, { method: 'POST', body: JSON.stringify(body) })
      expect([ours.status, theirs.status]).toEqual([200, 200])
    }
  })
  afterAll(async () => {
    await real?.stop()
    await site?.stop()
  })

  const both = (path: string, { method = 'GET', body }: { method?: string; body?: string } = {}) =>
    Promise.all(
      [site.url, real.url].map(async url => {
        const headers = {
          authorization: `Bearer ${site.adminToken}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        }
        const answer = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) })
        const text = await answer.text()
        const type = answer.headers.get('content-type')
        return { status: answer.status, type, body: type === 'application/json' && text ? JSON.parse(text) : text }
      }),
    ) as Promise<[Answer, Answer]>

  interface Answer {
    status: number
    type: string | null
    body: unknown
  }

  const filter = (text: string) => `filter=${encodeURIComponent(text)}`
  test.each([
    '/api/v2/alerts',
    '/api/v2/alerts/groups',
    '/api/v2/alerts?active=false',
    '/api/v2/alerts?silenced=false',
    '/api/v2/alerts?inhibited=false&unprocessed=false',
    '/api/v2/alerts?active=false&silenced=false&inhibited=false',
    '/api/v2/alerts?active=maybe',
    '/api/v2/alerts?receiver=web',
    '/api/v2/alerts?receiver=web.*',
    '/api/v2/alerts?receiver=nobody',
    '/api/v2/alerts/groups?receiver=web&silenced=false',
    `/api/v2/alerts?${filter('alertname=~"D.*"')}&${filter('job!="b"')}`,
    `/api/v2/alerts?${filter('missing=""')}`,
    `/api/v2/alerts?${filter('missing!~".+"')}`,
    `/api/v2/alerts?${filter("alertname='Disk'")}`,
    `/api/v2/alerts?${filter(' alertname = "Disk" ')}`,
    `/api/v2/alerts?${filter('alertname=Disk,job=b')}`,
    `/api/v2/alerts?${filter('a="b')}`,
    `/api/v2/alerts?${filter('a=~"["')}`,
    '/api/v2/silences',
    `/api/v2/silences?${filter('alertname=~"Qui.*|Qxx"')}`,
    `/api/v2/silences?${filter('alertname="Quiet"')}`,
    '/api/v2/receivers',
    '/api/v2/nothing',
  ])('GET %s', async path => {
    const [ours, theirs] = await both(path)
    expect({ ...ours, body: comparable(ours.body) }).toEqual({ ...theirs, body: comparable(theirs.body) })
  })

  test.each([
    ['PUT', '/api/v2/alerts', undefined],
    ['DELETE', '/api/v2/status', undefined],
    ['POST', '/api/v2/alerts', ''],
    ['POST', '/api/v2/alerts', '[{"labels":{"a":true}}]'],
    ['POST', '/api/v2/alerts', '[{"labels":{}}]'],
    ['POST', '/api/v2/alerts', '[{"labels":{"a":"b"},"annotations":{"0":"x"}}]'],
    ['POST', '/api/v2/silences', '{}'],
    ['POST', '/api/v2/silences', JSON.stringify({ ...SILENCE, id: 'x' })],
    ['POST', '/api/v2/silences', JSON.stringify({ ...SILENCE, endsAt: SILENCE.startsAt })],
    ['DELETE', '/api/v2/silence/00000000-0000-4000-8000-000000000001', undefined],
    ['DELETE', '/api/v2/silence/x', undefined],
  ])('%s %s %s', async (method, path, body) => {
    const [ours, theirs] = await both(path, { method, ...(body !== undefined && { body }) })
    // it names the methods in a random order
    const sorted = ({ body, ...more }: Answer) => ({
      ...more,
      body: JSON.stringify(body).replace('[POST,GET]', '[GET,POST]'),
    })
    expect(sorted(ours)).toEqual(sorted(theirs))
  })

  test('the status has the same fields', async () => {
    const [ours, theirs] = await both('/api/v2/status')
    const typesOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typesOf(inner)]))
        : typeof value
    expect(typesOf(ours.body)).toEqual(typesOf(theirs.body))
  })
})

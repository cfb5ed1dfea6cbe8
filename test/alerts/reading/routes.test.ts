import { setImmediate } from 'node:timers/promises'
import { fingerprintOf } from '../../../src/alerts/matching'
import { DEFAULT_TENANT_ID } from '../../../src/api'
import { newId } from '../../../src/base/ids'
import { type AlertsSite, startAlertsSite } from '../site'

let site: AlertsSite

beforeAll(async () => {
  site = await startAlertsSite()
  await site.route(
    { route: { receiver: null, routes: [{ matchers: [{ name: 'job', op: '=', value: 'b' }], receiver: 'team' }] } },
    ['team'],
  )
  await post(Array.from({ length: 7 }, (_, i) => ({ labels: labelsOf(i + 1), annotations: { note: `Note ${i + 1}` } })))
  await post([2, 5].map(no => ({ labels: labelsOf(no), endsAt: new Date(Date.now() - 1_000).toISOString() })))
  const silence = {
    matchers: [{ name: 'no', value: '3', isRegex: false }],
    ...{ startsAt: new Date().toISOString(), endsAt: '2036-01-01T00:00:00Z', createdBy: 'me', comment: 'c' },
  }
  expect((await site.ask('POST', '/api/v2/silences', { body: silence })).status).toBe(200)
})
afterAll(() => site?.stop())

const labelsOf = (no: number) => ({ alertname: 'Down', no: String(no), job: no % 2 ? 'a' : 'b', severity: 'critical' })

async function post(alerts: object[]) {
  expect((await site.ask('POST', '/api/v2/alerts', { body: alerts })).status).toBe(200)
}

/** The numbers of all pages of a list. */
async function pages(query: string, limit: number): Promise<string[][]> {
  const found: string[][] = []
  let cursor: string | null = null
  do {
    const more: string = cursor ? `&cursor=${cursor}` : ''
    const { status, body } = await site.ask('GET', `/api/alerts?limit=${limit}&${query}${more}`)
    expect(status).toBe(200)
    found.push(body.items.map((item: { labels: { no: string } }) => item.labels.no))
    cursor = body.next_cursor
  } while (cursor)
  return found
}

test.each([
  ['', 2, [['7', '6'], ['4', '3'], ['1']]],
  ['state=suppressed', 10, [['3']]],
  ['state=firing', 10, [['7', '6', '4', '1']]],
  ['state=resolved', 1, [['5'], ['2']]],
  ['state=firing,suppressed,resolved', 3, [['7', '6', '5'], ['4', '3', '2'], ['1']]],
  ['filter=job%3D%22b%22&filter=no!%3D%226%22', 10, [['4']]],
  ['q=note%207', 10, [['7']]],
  ['source=fleet', 10, [[]]],
  ['since=24h', 10, [['7', '6', '4', '3', '1']]],
])('pages of %j', async (query, limit, expected) => {
  const found = await pages(query, limit)
  expect(found.filter(page => page.length || found.length === 1)).toEqual(expected)
})

test('a matcher that is none is named', async () => {
  const { status, body } = await site.ask('GET', '/api/alerts?filter=foo')
  expect([status, body.errors]).toEqual([400, [{ path: 'query.filter', message: 'bad matcher format: foo' }]])
})

test('one alert with why it is muted, where it goes and its incidents', async () => {
  const read = async (no: number) => (await site.ask('GET', `/api/alerts/${fingerprintOf(labelsOf(no))}`)).body
  expect(await read(3)).toMatchObject({ state: 'suppressed', silenced_by: [expect.any(String)], receivers: [] })
  expect(await read(4)).toMatchObject({ state: 'firing', silenced_by: [], receivers: ['team'], incident_ids: [] })
  expect(await read(2)).toMatchObject({ state: 'resolved', resolved_by: 'sender', receivers: ['team'] })
  expect((await site.ask('GET', '/api/alerts/0000000000000000')).status).toBe(404)
})

test('an alert comes with the latest notifications about it', async () => {
  const fingerprint = fingerprintOf(labelsOf(4))
  const told = { id: newId(), tenant_id: DEFAULT_TENANT_ID, group_id: newId(), status: 'not_sent', reason: 'silenced' }
  const counts = { firing: 1, resolved: 0, created_at: new Date() }
  const about = { by: ['s1'], group_labels: '{}', fingerprints: [fingerprint] }
  await site.db('notifications').insert({ ...told, ...counts, ...about })
  const { body } = await site.ask('GET', `/api/alerts/${fingerprint}`)
  const { items } = (await site.ask('GET', `/api/notifications?fingerprint=${fingerprint}`)).body
  expect(items).toMatchObject([{ id: told.id, status: 'not_sent', reason: 'silenced', by: ['s1'] }])
  expect(body.notifications).toEqual(items)
})

test('every occurrence of an alert, the newest first', async () => {
  await post([{ labels: labelsOf(2) }])
  const path = `/api/alerts/${fingerprintOf(labelsOf(2))}/history`
  const { body } = await site.ask('GET', path)
  expect(body.items.map(({ resolved_by }: { resolved_by: string | null }) => resolved_by)).toEqual([null, 'sender'])
  const first = (await site.ask('GET', `${path}?limit=1`)).body
  const second = (await site.ask('GET', `${path}?limit=1&cursor=${first.next_cursor}`)).body
  expect([...first.items, ...second.items]).toEqual(body.items)
  expect(second.next_cursor).toBeNull()
})

test('a list that is also grouped', async () => {
  const { body } = await site.ask('GET', '/api/alerts?group_by=job&limit=1')
  expect([body.items.length, body.groups]).toEqual([
    1,
    [
      { labels: { job: 'a' }, count: 3, severities: [{ value: 'critical', count: 3 }] },
      { labels: { job: 'b' }, count: 3, severities: [{ value: 'critical', count: 3 }] },
    ],
  ])
  expect((await site.ask('GET', '/api/alerts?limit=1')).body).not.toHaveProperty('groups')
})

test('facets and groups count what is open', async () => {
  const { body: facets } = await site.ask('GET', '/api/alerts/facets?filter=job%3D%22a%22&values=0')
  expect(facets).toMatchObject({ total: 3, severities: [{ value: 'critical', count: 3 }], labels: [] })
  const { body: groups } = await site.ask('GET', '/api/alerts/groups?group_by=job&state=suppressed')
  expect(groups).toEqual({
    items: [{ labels: { job: 'a' }, count: 1, severities: [{ value: 'critical', count: 1 }] }],
    total_groups: 1,
    total: 1,
  })
})

test('an alert that was not repeated in time is listed as resolved at once, before it is stored so', async () => {
  await post([{ labels: { alertname: 'Brief' }, endsAt: new Date(Date.now() + 300).toISOString() }])
  const list = async (state: string) =>
    (await site.ask('GET', `/api/alerts?filter=alertname%3DBrief&state=${state}`)).body.items
  while ((await list('firing')).length) await setImmediate()
  expect(await list('resolved')).toMatchObject([{ state: 'resolved', resolved_by: 'timeout' }])
  expect(await list('firing,resolved')).toHaveLength(1)
})

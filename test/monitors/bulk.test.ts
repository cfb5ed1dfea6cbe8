import type { MonitorItem } from '../../src/contract/monitors'
import { startWorld, type World } from './world'

const COUNT = 1_000
let world: World
beforeAll(async () => {
  world = await startWorld({ TAILRACE_ROLE: 'web' })
  const monitors = Array.from({ length: COUNT }, (_, i) => ({
    ...{ name: `monitor ${String(i).padStart(4, '0')}`, type: 'http', target: `https://example.test/${i}` },
    labels: { rack: String(i % 10), team: i % 2 ? 'web' : 'db' },
  }))
  expect((await world.send('POST', '/api/monitors/import', { monitors })).body.counts.create).toBe(COUNT)
})
afterAll(() => world.stop())

const act = async (action: string, filter: unknown, more: object = {}) =>
  (await world.send('POST', '/api/monitors/actions', { action, filter, ...more })).body

const counts = async () => (await world.send('GET', '/api/monitors?limit=1')).body.counts

test('a list is paged, filtered and sorted, and a page of it is small', async () => {
  const names: string[] = []
  let cursor = ''
  do {
    const { body } = await world.send('GET', `/api/monitors?label=team%3Dweb&limit=200${cursor}`)
    names.push(...body.items.map(({ name }: MonitorItem) => name))
    cursor = body.next_cursor ? `&cursor=${encodeURIComponent(body.next_cursor)}` : ''
  } while (cursor)
  expect(names).toHaveLength(COUNT / 2)
  expect(names).toEqual([...names].sort())
  const first = await (await world.app.get('/api/monitors')).text()
  expect(first.length).toBeLessThan(100_000)
  for (const sort of ['-name', 'status', '-latency', 'tls_expires_at']) {
    const { body } = await world.send('GET', `/api/monitors?sort=${sort}&limit=3`)
    const next = await world.send('GET', `/api/monitors?sort=${sort}&limit=3&cursor=${body.next_cursor}`)
    const ids = [...body.items, ...next.body.items].map(({ id }: MonitorItem) => id)
    expect(new Set(ids).size).toBe(6)
  }
  const wrong = await world.send('GET', '/api/monitors?sort=status&cursor=bm8')
  expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, 'query.cursor'])
})

test('many are paused, resumed, changed and deleted at once, each action with one record', async () => {
  expect(await act('pause', { labels: { team: 'web' } }, { dry_run: true })).toEqual({ count: 500, dry_run: true })
  expect(await counts()).toMatchObject({ paused: 0, pending: COUNT })
  expect(await act('pause', { labels: { team: 'web' } }, { reason: 'moving' })).toMatchObject({ count: 500 })
  expect(await counts()).toMatchObject({ paused: 500, pending: 500 })
  await act('resume', { status: ['paused'] })
  expect(await counts()).toMatchObject({ paused: 0 })
  const change = { interval_seconds: 30, set_labels: { site: 'b' }, remove_labels: ['rack'] }
  await act('update', { q: '000' }, { change })
  const { body } = await world.send('GET', '/api/monitors?label=site%3Db')
  expect(body.items).toHaveLength(10)
  expect(body.items[0]).toMatchObject({ interval_seconds: 30, labels: { site: 'b', team: 'db' } })
  expect(await act('delete', { all: true })).toMatchObject({ count: COUNT })
  expect(await counts()).toEqual({ up: 0, down: 0, pending: 0, paused: 0 })
  const audit = (await world.send('GET', '/api/audit?limit=10')).body.items
  expect(audit.map(({ action }: { action: string }) => action).slice(0, 4)).toEqual([
    'monitor.delete',
    'monitor.update',
    'monitor.resume',
    'monitor.pause',
  ])
  expect(audit[3]).toMatchObject({ reason: 'moving', data: { count: 500 } })
})

test('an action needs a filter, and an update a change', async () => {
  expect((await act('pause', {})).errors).toMatchObject([{ path: 'body.filter' }])
  expect((await act('update', { all: true })).errors).toMatchObject([{ path: 'body.change' }])
})

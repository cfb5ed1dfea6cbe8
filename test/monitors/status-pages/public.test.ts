import { newId } from '../../../src/base/ids'
import { publicStatus } from '../../../src/contract/status-pages'
import { addMonitor, addWindow, DAY_MS, HOUR_MS, type Pages, startPages } from './world'

let pages: Pages
beforeAll(async () => {
  pages = await startPages()
})
afterAll(() => pages.stop())
afterEach(() => void jest.restoreAllMocks())

/** Lets a copy that is kept for 5 s become old. */
function later(ms = 5_001) {
  const now = Date.now() + ms
  jest.spyOn(Date, 'now').mockImplementation(() => now)
}

test('shows monitors in groups, with their uptime, outages and maintenance, in HTML and JSON', async () => {
  const now = Date.now()
  const shop = await addMonitor(pages.db, {
    ...{ name: 'Shop', status: 'down', labels: { team: 'web' } },
    changes: [
      [now - 200 * DAY_MS, 'pending'],
      [now - 10 * DAY_MS, 'up'],
      [now - 2 * DAY_MS, 'down'],
      [now - 2 * DAY_MS + HOUR_MS, 'up'],
      [now - HOUR_MS, 'down'],
    ],
  })
  const blog = await addMonitor(pages.db, { name: 'Blog', changes: [[now - DAY_MS, 'up']] })
  const mail = await addMonitor(pages.db, { name: 'Mail', labels: { team: 'mail' } })
  const off = await addMonitor(pages.db, { name: 'Off', enabled: false })
  await addWindow(pages.db, 'Move', [{ name: 'team', op: '=', value: 'mail' }], [-HOUR_MS, HOUR_MS])
  await addWindow(pages.db, 'Upgrade', [{ name: 'monitor', op: '=~', value: 'Shop|Blog' }], [DAY_MS, 2 * DAY_MS])
  await pages.create({
    ...{ slug: 'all', title: 'All of it', description: 'First line\nSecond line', published: true },
    ...{ monitor_ids: [off, mail, shop, blog], groups: [{ title: 'Web', monitor_ids: [shop, blog] }] },
  })

  const status = await pages.statusOf('all')
  expect(publicStatus.parse(status)).toEqual(status)
  expect(status).toMatchObject({ slug: 'all', title: 'All of it', status: 'degraded' })
  expect(status.groups.map(({ title, monitors }) => [title, monitors.map(each => [each.name, each.status])])).toEqual([
    [
      'Web',
      [
        ['Shop', 'down'],
        ['Blog', 'up'],
      ],
    ],
    [
      null,
      [
        ['Off', 'paused'],
        ['Mail', 'maintenance'],
      ],
    ],
  ])
  const [first] = status.groups[0]?.monitors ?? []
  expect(first?.uptime_percent).toBeCloseTo(((10 * 24 - 2) / (10 * 24)) * 100, 1)
  expect(first?.days).toHaveLength(90)
  expect(first?.days.at(-1)?.date).toBe(status.updated_at.slice(0, 10))
  expect(first?.days[0]?.uptime_percent).toBeNull()
  expect(first?.days.at(-5)?.uptime_percent).toBe(100)
  const at = (ms: number) => new Date(ms).toISOString()
  expect(status.incidents).toEqual([
    { monitor_id: shop, monitor: 'Shop', started_at: at(now - HOUR_MS), ended_at: null },
    {
      ...{ monitor_id: shop, monitor: 'Shop' },
      ...{ started_at: at(now - 2 * DAY_MS), ended_at: at(now - 2 * DAY_MS + HOUR_MS) },
    },
  ])
  expect(status.maintenance).toMatchObject([
    { name: 'Move', monitors: ['Mail'] },
    { name: 'Upgrade', monitors: ['Shop', 'Blog'] },
  ])

  const { text, headers } = await pages.visit('all')
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  for (const part of ['<title>All of it</title>', 'Some systems are down.', '1 down', 'First line<br />Second line'])
    expect(text).toContain(part)
  for (const part of ['Maintenance now', 'Planned maintenance', 'not over yet']) expect(text).toContain(part)
  expect(text).toContain(`<time datetime="${at(now - HOUR_MS)}"`)
  expect(text.match(/<svg class="bars"/g)).toHaveLength(4)
  expect(text.match(/<path /g)).toHaveLength(4 * 90)
  expect(text).toContain(`<title>${at(now).slice(0, 10)}: `)
})

test('tells nothing that is not published', async () => {
  const labels = { owner: 'secret-owner' }
  const changes: [number, 'down'][] = [[Date.now() - HOUR_MS, 'down']]
  const id = await addMonitor(pages.db, { name: 'Plain', status: 'down', labels, changes })
  await addMonitor(pages.db, { name: 'Hidden one' })
  await pages.create({ slug: 'plain', title: 'Plain', monitor_ids: [id], published: true })
  for (const path of ['plain', 'plain.json', `plain/${id}.svg`]) {
    const { text } = await pages.visit(path)
    expect(text).toContain('Plain')
    expect(text).not.toMatch(/secret|refused|Hidden one|00000000-0000-7000/)
  }
})

test('pages hold no script, and their policy allows nothing but their own style', async () => {
  const attack = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>&amp;\u202eevil'
  const id = await addMonitor(pages.db, { name: attack, changes: [[Date.now() - HOUR_MS, 'down']], status: 'down' })
  await addWindow(pages.db, attack, [{ name: 'monitor_id', op: '=', value: id }], [-HOUR_MS, HOUR_MS])
  await pages.create({
    ...{ slug: 'attack', title: attack, description: attack, monitor_ids: [id], published: true },
    groups: [{ title: attack, monitor_ids: [id] }],
  })
  const { text, headers } = await pages.visit('attack')
  const [, ...tags] = text.split('<').map(part => /^\/?!?[a-z0-9]+/i.exec(part)?.[0])
  expect(tags).not.toContain('script')
  expect(tags).not.toContain('img')
  expect(tags).not.toContain(undefined)
  expect(text).not.toContain('\u202e')
  expect(text.match(/&lt;script&gt;alert\(1\)/g)?.length).toBeGreaterThanOrEqual(7)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toMatch(/default-src 'none'/)
  expect(policy).toMatch(/script-src 'none'/)
  expect(policy).toMatch(/style-src 'sha256-[^']+'(;|$)/)
  expect(policy).not.toContain('unsafe')
  const badge = await pages.visit(`attack/${id}.svg?label=${encodeURIComponent(`${attack}\uffff\0`)}`)
  expect(badge.text).not.toMatch(/<(script|img)|[\u202e\uffff\0]/)
  expect(badge.headers.get('x-content-type-options')).toBe('nosniff')
})

test('badges show the status or the uptime of a monitor', async () => {
  const now = Date.now()
  const id = await addMonitor(pages.db, {
    name: 'Badged',
    changes: [
      [now - 40 * DAY_MS, 'down'],
      [now - 20 * DAY_MS, 'up'],
      [now - 12 * HOUR_MS, 'down'],
      [now - 6 * HOUR_MS, 'up'],
    ],
  })
  const fresh = await addMonitor(pages.db, { name: 'Fresh', status: 'pending' })
  await pages.create({ slug: 'badges', title: 'Badges', monitor_ids: [id, fresh], published: true })
  const titleOf = async (query = '', of = id) => {
    const { text, headers } = await pages.visit(`badges/${of}.svg${query}`)
    expect(headers.get('content-type')).toBe('image/svg+xml; charset=utf-8')
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    return /<title>(.*)<\/title>/.exec(text)?.[1]
  }
  expect(await titleOf()).toBe('Badged: up')
  expect(await titleOf('?label=API%20%26%20co')).toBe('API &amp; co: up')
  expect(await titleOf('?type=uptime&window=24h')).toBe('uptime 24h: 75%')
  expect(await titleOf('?type=uptime&window=7d')).toMatch(/^uptime 7d: 9[56](\.\d+)?%$/)
  expect(await titleOf('?type=uptime')).toMatch(/^uptime 30d: 6\d(\.\d+)?%$/)
  expect(await titleOf('?type=uptime&window=90d')).toMatch(/^uptime 90d: 49(\.\d+)?%$/)
  expect(await titleOf('?type=uptime', fresh)).toBe('uptime 30d: no data')
  expect(await titleOf('', fresh)).toBe('Fresh: pending')
  expect(await titleOf('', newId())).toBe('monitor: not found')
  expect((await pages.visit(`badges/${newId()}.svg`)).status).toBe(404)
  const refused = await pages.visit(`badges/${id}.svg?type=latency&window=1y`)
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'query.type' }, { path: 'query.window' }] } })
})

test('a page that is not published is like none', async () => {
  const { id } = await pages.create({ slug: 'draft', title: 'Draft' })
  const monitor = newId()
  for (const path of [
    'draft',
    'nobody',
    'Nobody',
    '..%2fx',
    'a.b',
    'draft/x',
    'draft/x.svg',
    '',
    `${'a'.repeat(70)}`,
  ]) {
    const answer = await pages.visit(path)
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, 'text/html; charset=utf-8'])
    expect(answer.text).toContain('There is no status page at this address.')
  }
  expect(await pages.visit('draft.json')).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect((await pages.visit(`draft/${monitor}.svg`)).status).toBe(404)
  await pages.ask('PATCH', `/api/status-pages/${id}`, { body: { published: true } })
  later()
  expect((await pages.visit('draft')).status).toBe(200)
  await pages.ask('PATCH', `/api/status-pages/${id}`, { body: { published: false } })
  later()
  expect((await pages.visit('draft')).status).toBe(404)
})

test('a page is read once for many visitors, and again after five seconds', async () => {
  const id = await addMonitor(pages.db, { name: 'Crowded' })
  await pages.create({ slug: 'crowd', title: 'Crowd', monitor_ids: [id], published: true })
  const statements = jest.fn()
  pages.db.on('query', statements)
  await Promise.all(Array.from({ length: 50 }, (_, i) => pages.visit(i % 2 ? 'crowd' : 'crowd.json')))
  const onceRead = statements.mock.calls.length
  expect(onceRead).toBeLessThan(12)
  await pages.db('monitors').where({ id }).delete()
  expect(await pages.statusOf('crowd')).toMatchObject({ groups: [{ monitors: [{ name: 'Crowded' }] }] })
  await Promise.all(Array.from({ length: 50 }, () => pages.visit('unknown-page')))
  later()
  expect(await pages.statusOf('crowd')).toMatchObject({ groups: [], status: 'unknown' })
  pages.db.off('query', statements)
  expect(statements.mock.calls.length).toBeLessThan(2 * onceRead + 3)
})

test('may be kept for as long as it is fresh, and is compared by tag', async () => {
  const id = await addMonitor(pages.db)
  await pages.create({ slug: 'tags', title: 'Tags', monitor_ids: [id], published: true })
  // fetch would ask to skip caches
  const conditional = (tag: string | null) => ({ 'if-none-match': `${tag}`, 'cache-control': 'max-age=0' })
  for (const path of ['tags', 'tags.json', `tags/${id}.svg`]) {
    const { headers } = await pages.visit(path)
    expect(headers.get('cache-control')).toBe('public, max-age=5')
    expect(Number(headers.get('age'))).toBeLessThanOrEqual(5)
    const again = await pages.visit(path, conditional(headers.get('etag')))
    expect([again.status, again.text]).toEqual([304, ''])
    expect((await pages.visit(path, conditional('W/"other"'))).status).toBe(200)
  }
})

test('reads only: HEAD is answered without a body, and anything else refused', async () => {
  await pages.create({ slug: 'head', title: 'Head', published: true })
  const head = await pages.visit('head', {}, 'HEAD')
  expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', expect.any(String)])
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await pages.visit('head', {}, method)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  }
})

test('long pages are compressed', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => addMonitor(pages.db)))
  await pages.create({ slug: 'long', title: 'Long', monitor_ids: ids, published: true })
  for (const coding of ['br', 'gzip']) {
    const { headers, text } = await pages.visit('long', { 'accept-encoding': coding })
    expect(headers.get('content-encoding')).toBe(coding)
    expect(Number(headers.get('content-length'))).toBeLessThan(text.length / 10)
    expect(text).toContain('<h1>Long</h1>')
  }
})

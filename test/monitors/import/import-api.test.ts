import type { ImportReport, MonitorExport } from '../../../src/contract/monitor-import'
import type { Monitor, MonitorItem } from '../../../src/contract/monitors'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { KUMA_BACKUP } from './kuma-backup'

const parts = { apps: undefined as Awaited<ReturnType<typeof appsOnFreshParts>> | undefined }
let app: TestApp

beforeAll(async () => {
  parts.apps = await appsOnFreshParts()
  app = await parts.apps.start()
})

beforeEach(() => imported({ monitors: [] }, '?remove=true'))
afterAll(() => parts.apps?.stop())

async function imported(body: unknown, query = ''): Promise<ImportReport> {
  const response = await app.post(`/api/monitors/import${query}`, body)
  const report = await response.json()
  if (response.status !== 200) throw new Error(JSON.stringify(report))
  return report as ImportReport
}

async function refused(body: unknown, query = '') {
  const response = await app.post(`/api/monitors/import${query}`, body)
  const { errors = [], ...problem } = (await response.json()) as { code: string; errors?: { path: string }[] }
  return { status: response.status, code: problem.code, paths: errors.map(({ path }) => path) }
}

const get = async <T>(path: string) => (await (await app.get(path)).json()) as T
const list = async () => (await get<{ items: MonitorItem[] }>('/api/monitors')).items
const exported = () => get<MonitorExport>('/api/monitors/export')
const idOf = async (name: string) => (await list()).find(each => each.name === name)?.id ?? ''
const read = async (name: string) => get<Monitor>(`/api/monitors/${await idOf(name)}`)

const home = (fields: object = {}) => ({ name: 'Home', type: 'http', target: 'http://127.0.0.1:9/', ...fields })

test('a dry run changes nothing, the import does, and a second one has nothing to do', async () => {
  const body = { version: 1, monitors: [home({ labels: { team: 'web' } }), home({ name: 'Two', enabled: false })] }
  const counts = { create: 2, update: 0, remove: 0, unchanged: 0, refused: 0 }
  expect(await imported(body, '?dry_run=true')).toMatchObject({ dry_run: true, counts })
  expect(await list()).toEqual([])
  expect(await imported(body)).toMatchObject({
    ...{ dry_run: false, counts, left_out: [], push_urls: [] },
    steps: [
      { name: 'Home', action: 'create', fields: [], notes: [] },
      { name: 'Two', action: 'create', fields: [], notes: [] },
    ],
  })
  expect((await list()).map(({ name, status }) => [name, status])).toEqual([
    ['Home', expect.stringMatching(/pending|down/)],
    ['Two', 'paused'],
  ])
  expect((await imported(body)).counts).toMatchObject({ create: 0, unchanged: 2 })
})

test('what differs is changed, the rest of a monitor stays', async () => {
  const settings = { headers: { Accept: '*/*', 'X-Api-Key': '1' }, keyword: 'x', bearer: 'old' }
  await imported({ monitors: [home({ settings, interval_seconds: 30, enabled: false })] })
  const before = await read('Home')
  expect(before.has_secrets.toSorted()).toEqual(['bearer', 'headers.X-Api-Key'])
  const change = home({ settings: { headers: { Accept: 'text/html' } }, labels: { a: 'b' } })
  const { steps } = await imported({ monitors: [change] })
  expect(steps[0]).toMatchObject({
    action: 'update',
    fields: ['interval_seconds', 'labels', 'settings.headers', 'settings.keyword'],
  })
  const after = await read('Home')
  expect(after).toMatchObject({
    ...{ id: before.id, interval_seconds: 60, labels: { a: 'b' }, status: 'paused', has_secrets: before.has_secrets },
    settings: { headers: { Accept: 'text/html' } },
  })
  expect(after.settings).not.toHaveProperty('keyword')
  expect((await imported({ monitors: [{ ...change, enabled: true }] })).steps[0]?.fields).toEqual(['enabled'])
  expect((await read('Home')).status).not.toBe('paused')
  const secret = home({ settings: { headers: { Accept: 'text/html' }, bearer: 'new' }, labels: { a: 'b' } })
  expect((await imported({ monitors: [secret] })).steps[0]?.fields).toEqual(['settings.bearer'])
  expect((await imported({ monitors: [secret] })).steps[0]?.action).toBe('unchanged')
})

test('a secret that stays and does not fit the file is a fault of the plan', async () => {
  await imported({ monitors: [home({ settings: { headers: { Authorization: 'Bearer 1' } } })] })
  const monitors = [home({ settings: { bearer: 'x' } })]
  expect((await imported({ monitors }, '?dry_run=true')).counts.refused).toBe(1)
  expect(await refused({ monitors })).toMatchObject({ status: 400, paths: ['body.monitors.0.settings.bearer'] })
})

test('others are removed only when asked for, and the audit log says who did what', async () => {
  await imported({ monitors: [home(), home({ name: 'Two' })] })
  expect((await imported({ monitors: [home()] })).counts).toMatchObject({ unchanged: 1, remove: 0 })
  const report = await imported({ monitors: [home({ interval_seconds: 5 })] }, '?remove=1')
  expect(report.steps.map(({ action, name }) => [action, name])).toEqual([
    ['update', 'Home'],
    ['remove', 'Two'],
  ])
  expect((await list()).map(({ name }) => name)).toEqual(['Home'])
  const { items } = await get<{ items: { action: string; data: unknown }[] }>('/api/audit?limit=1')
  expect(items).toMatchObject([
    {
      action: 'monitor.import',
      data: { counts: { create: 0, update: 1, remove: 1 }, created: [], changed: ['Home'], removed: ['Two'] },
    },
  ])
})

test('with one fault nothing is imported, and all are named', async () => {
  const monitors = [
    home(),
    home({ name: 'Bad', target: 'ftp://example.org/', settings: { method: 'BREW' } }),
    { name: 'None', type: 'telnet' },
    home({ name: 'Slow', interval_seconds: 0, settings: { json: { path: '' } } }),
  ]
  const report = await imported({ monitors }, '?dry_run=true')
  expect(report.counts).toMatchObject({ create: 1, refused: 3 })
  expect(report.steps[3]?.notes).toEqual([
    expect.stringMatching(/^interval_seconds: /),
    expect.stringMatching(/^settings\.json/),
  ])
  const { status, paths } = await refused({ monitors })
  expect(status).toBe(400)
  expect(paths).toEqual(
    expect.arrayContaining([
      'body.monitors.1.settings.method',
      'body.monitors.2.type',
      'body.monitors.3.interval_seconds',
    ]),
  )
  expect(await list()).toEqual([])
})

test('an export restores what it was made of, as JSON and as YAML', async () => {
  const others = [
    { name: 'Push', type: 'push', settings: { cron: '0 3 * * *', timezone: 'Europe/Berlin' } },
    { name: 'yes', type: 'dns', target: 'example.org', settings: { record_type: 'TXT', expected: ['1.10', 'no: #'] } },
    { name: 'Port', type: 'tcp', target: 'example.org:25', settings: { send: 'a\r\n\\x00', tls: 'tls' }, retries: 2 },
  ]
  const settings = { bearer: 'secret', json: { path: '$.a', value: '5' }, expect_status: [200, '300-399'] }
  const report = await imported({ monitors: [home({ settings, labels: { version: '1.10' } }), ...others] })
  expect(report.push_urls).toEqual([{ name: 'Push', push_url: expect.stringMatching(/\/push\/trp/) }])
  const json = await exported()
  expect(JSON.stringify(json)).not.toContain('secret"}')
  expect(json.monitors[0]).toMatchObject({ name: 'Home', has_secrets: ['bearer'], interval_seconds: 60 })
  const download = await app.get('/api/monitors/export?format=yaml')
  expect(download.headers.get('content-disposition')).toBe('attachment; filename="monitors.yaml"')
  const yaml = await download.text()
  expect(yaml).toContain('- name: Home\n  type: http\n  target: http://127.0.0.1:9/\n  labels:\n')
  expect(yaml).not.toContain('interval_seconds')
  for (const body of [json, { format: 'tailrace', content: yaml }])
    expect((await imported(body, '?remove=true&dry_run=true')).counts).toMatchObject({ unchanged: 4, remove: 0 })
  await imported({ monitors: [] }, '?remove=true')
  const restored = await imported({ format: 'tailrace', content: yaml })
  expect(restored.steps[0]?.notes).toEqual([expect.stringMatching(/given again: bearer/)])
  expect((await exported()).monitors.map(({ has_secrets: _, ...rest }) => rest)).toEqual(
    json.monitors.map(({ has_secrets: _, ...rest }) => rest),
  )
})

test('a backup of Uptime Kuma is imported, and is the same the second time', async () => {
  const body = {
    format: 'uptime-kuma',
    content: JSON.stringify({
      ...KUMA_BACKUP,
      monitorList: KUMA_BACKUP.monitorList.filter(({ name }) => name !== 'mTLS'),
    }),
  }
  const report = await imported(body)
  expect(report.counts).toMatchObject({ create: 9, refused: 0 })
  expect(report.left_out).toContain('"Container" (docker): there is no such type here')
  expect((await imported(body)).counts).toMatchObject({ create: 0, update: 0, unchanged: 9 })
})

test('a file of Gatus names its places', async () => {
  const content = 'endpoints: [{name: a, url: "icmp://127.0.0.1"}, {name: b, url: "http://127.0.0.1/", method: BREW}]'
  expect(await refused({ format: 'gatus', content })).toMatchObject({
    ...{ status: 400, paths: ['body.content.endpoints.1.settings.method'] },
  })
  expect(await refused({ format: 'gatus', content: 'a: 1' })).toMatchObject({ status: 400, paths: ['body.content'] })
})

test('thousands are created, changed, paused and removed in one commit', async () => {
  const many = (fields: object) =>
    Array.from({ length: 2_000 }, (_, i) => ({ name: `M ${i}`, type: 'push', ...fields }))
  expect((await imported({ monitors: many({ enabled: false }) })).push_urls).toHaveLength(2_000)
  expect((await imported({ monitors: many({ enabled: true, labels: { a: 'b' } }) })).counts.update).toBe(2_000)
  expect((await imported({ monitors: many({ enabled: true, labels: { a: 'b' } }) })).counts.unchanged).toBe(2_000)
  expect((await imported({ monitors: many({ enabled: false }) })).steps[0]?.fields).toEqual(['labels', 'enabled'])
  expect((await imported({ monitors: [] }, '?remove=true')).counts.remove).toBe(2_000)
  expect(await list()).toEqual([])
})

test('a name that two monitors have is refused', async () => {
  for (const target of ['http://127.0.0.1:1/', 'http://127.0.0.1:2/']) await app.post('/api/monitors', home({ target }))
  expect(await refused({ monitors: [home()] })).toMatchObject({ status: 400, paths: ['body.monitors.0.name'] })
})

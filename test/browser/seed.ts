import { Fleet } from '../../load/fleet/fleet'
import { eventually } from '../jobs/node'
import type { TestApp } from '../support/app'
import { deadPort } from '../support/sites'
import { stopAtEnd } from './browser'
import { startCrawlSite } from './crawl-site'
import { startMachine } from './machine'

/** Ids of what the pages show in tests. */
export interface Seeded {
  job: string
  host: string
  query: string
  badQuery: string
  /** Fingerprint. */
  alert: string
  incident: string
  monitor: string
  crawl: string
  agent: string
  container: string
}

const demo = (step: object) => ({ kind: 'demo', input: { steps: [{ name: 'load', lines: 20, ...step }] } })

/**
 * Fills the app of a stage with something for every page: jobs of every outcome, schedules, hosts that answer, queries,
 * members and so on.
 */
export async function seed(app: TestApp): Promise<Seeded> {
  const post = async (path: string, body: unknown) => {
    const reply = await app.post(path, body)
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`)
    return reply.json() as Promise<{ job: { id: string }; query: { id: string }; secret: string; id: string }>
  }
  const { secret } = await post('/api/enroll-secrets', { name: 'hosts' })
  const { job } = await post('/api/jobs', demo({ children: 3, child_depth: 1 }))
  for (let n = 0; n < 3; n += 1) await post('/api/jobs', demo({ fail_rate: 1 }))
  await post('/api/jobs', demo({ lines: 20_000, interval_ms: 1_000 }))
  await post('/api/jobs', { ...demo({}), delay_ms: 600_000 })
  const url = `http://127.0.0.1:${await deadPort()}/`
  await post('/api/jobs', { kind: 'health-check', input: { url } })
  await post('/api/schedules', { name: 'every hour', kind: 'health-check', input: { url }, every_seconds: 3_600 })
  await post('/api/labels', { name: 'by hand', description: 'Hosts that somebody chose' })
  await post('/api/labels', { name: 'by query', sql: 'select 1 from os_version' })
  await post('/api/saved-queries', { name: 'system', sql: 'select * from os_version', description: 'What runs where' })
  const content = '{"queries": {"up": {"query": "select * from uptime", "interval": 1, "snapshot": true}}}'
  await post('/api/packs/import', { name: 'basics', content })
  // after the pack, which hosts fetch when they start, and then once a minute
  const fleet = new Fleet({ url: app.url, secret, hosts: 3, seed: 'pages', started: { logger_tls_period: 1 } })
  fleet.start()
  stopAtEnd(() => fleet.stop())
  await post('/api/tokens', { name: 'reader', role: 'viewer', reason: 'for a test' })
  await post('/api/members', { name: 'Ada', email: 'ada@example.org', role: 'viewer', reason: 'for a test' })
  await post('/api/receivers', { name: 'ops', type: 'webhook', settings: { url } })
  const monitor = await addMonitors(app, url)
  const alert = await raiseAlerts(app)
  const crawl = await crawlSite(app)
  const machine = await connectMachine(app)
  /** Empty when a busy server refuses: it is asked again. */
  const get = async (path: string): Promise<{ items: Array<{ id: string; kind: string }> }> => {
    const response = await app.get(path)
    return response.ok ? ((await response.json()) as { items: [] }) : { items: [] }
  }
  const incident = await eventually(async () => (await get('/api/incidents')).items[0]?.id)
  const host = await eventually(async () => {
    const { items } = await get('/api/hosts')
    return items.length === 3 ? items[0]?.id : undefined
  })
  for (const sql of ['select * from os_version', 'select * from no_such_table', 'select 1 from users limit 0'])
    await post(`/api/hosts/${host}/query`, { sql })
  const queryAll = (sql: string) => post('/api/queries', { sql, targets: { all: true } })
  const { query } = await queryAll('select * from users')
  const bad = await queryAll('select * from no_such_table')
  await eventually(async () => {
    const [pending, running] = await Promise.all(['pending', 'running'].map(each => get(`/api/jobs?status=${each}`)))
    return (pending?.items.length === 0 && running?.items.length === 1) || undefined // the one that is made to last
  })
  return { job: job.id, host, query: query.id, badQuery: bad.query.id, alert, incident, monitor, crawl, ...machine }
}

/** One that is down, and one that waits for heartbeats. @returns the id of the first, once it was checked */
async function addMonitors(app: TestApp, url: string): Promise<string> {
  const common = { interval_seconds: 3_600, labels: { team: 'web' } }
  const reply = await app.post('/api/monitors', { name: 'Shop', type: 'http', target: url, ...common })
  await app.post('/api/monitors', { name: 'Backup', type: 'push', ...common })
  const { monitor } = (await reply.json()) as { monitor: { id: string } }
  return eventually(async () => {
    const read = (await (await app.get(`/api/monitors/${monitor.id}`)).json()) as { status: string }
    return read.status === 'down' ? monitor.id : undefined
  })
}

/** @returns the id of a crawl that has ended, after another one of the same site */
async function crawlSite(app: TestApp): Promise<string> {
  const site = await startCrawlSite()
  stopAtEnd(() => site.close())
  let id = ''
  for (let n = 0; n < 2; n += 1) {
    const reply = await app.post('/api/crawls', { seeds: [site.url], politeness: { delay_ms: 0 } })
    if (!reply.ok) throw new Error(`/api/crawls: ${await reply.text()}`)
    ;({ id } = ((await reply.json()) as { crawl: { id: string } }).crawl)
    await eventually(async () => {
      const read = (await (await app.get(`/api/crawls/${id}`)).json()) as { status: string }
      return read.status === 'completed' || undefined
    })
  }
  return id
}

/** A machine with two containers, one of which it protects. */
async function connectMachine(app: TestApp): Promise<{ agent: string; container: string }> {
  const machine = await startMachine(app, 'build-01')
  return { agent: machine.agentId, container: await machine.idOf('web') }
}

/** Alerts as Prometheus sends them, a silence and a maintenance window that mute some. @returns the fingerprint of one */
async function raiseAlerts(app: TestApp): Promise<string> {
  const alerts = ['critical', 'warning', 'info', 'critical'].map((severity, n) => ({
    labels: { alertname: 'Down', severity, team: n % 2 === 0 ? 'web' : 'db', instance: `web-${n}:9100` },
    annotations: { summary: `web-${n} does not answer`, runbook: 'https://example.org/down' },
    generatorURL: 'http://prometheus.example.org/graph?g0.expr=up',
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
  }))
  const accepted = async (path: string, body: unknown) => {
    const reply = await app.post(path, body)
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`)
  }
  await accepted('/api/v2/alerts', alerts)
  const matchers = [{ name: 'team', op: '=', value: 'db' }]
  await accepted('/api/silences', {
    matchers,
    ends_at: new Date(Date.now() + 7_200_000).toISOString(),
    comment: 'Known',
  })
  await accepted('/api/maintenance-windows', { name: 'Night', matchers, cron: '0 2 * * *', duration_minutes: 120 })
  const { items } = (await (await app.get('/api/alerts')).json()) as { items: Array<{ fingerprint: string }> }
  const [first] = items
  if (!first) throw new Error('No alert is listed.')
  return first.fingerprint
}

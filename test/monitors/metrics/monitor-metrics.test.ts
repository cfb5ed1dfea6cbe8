import { DEFAULT_TENANT_ID } from '../../../src/api'
import type { Check } from '../../../src/contract/checks'
import { FAMILIES } from '../../../src/monitors/metrics/families'
import { programOf, run, testWith } from '../../deploy/programs'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { rows } from '../../support/rows'
import { addMonitor, addTenant, headersOf } from '../rows'

const promtool = programOf('promtool', 'prometheus')
let apps: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  apps = await appsOnFreshParts()
  app = await apps.start({ TAILRACE_ROLE: 'web' })
})
afterAll(() => apps?.stop())

const AT = '2026-01-02T03:04:05.678Z'
const check = (monitorId: string, more: Partial<Check> = {}): Check => ({
  id: monitorId,
  monitor_id: monitorId,
  attempts: 1,
  by: 'schedule',
  status: 'up',
  checked_at: AT,
  latency_ms: 123.45,
  phases_ms: { dns: 1.5, connect: 2, tls: 30, first_byte: 80.95, transfer: 9 },
  status_code: 200,
  tls: null,
  error: null,
  warnings: [],
  details: {},
  answer: null,
  ...more,
})

const TLS: Check['tls'] = {
  valid: true,
  subject: 'CN=example.org',
  issuer: 'CN=Test "CA" \\ One',
  names: ['DNS:example.org', 'DNS:www.example.org'],
  valid_from: AT,
  expires_at: '2026-03-01T00:00:00Z',
  days_left: 58,
  chain_expires_at: '2026-02-01T00:00:00Z',
  verified_expires_at: '2026-02-15T00:00:00Z',
  fingerprint: 'AB:CD',
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  chain_problem: null,
  problems: [],
}

/** Adds a monitor with its last check. */
async function addChecked(name: string, type: string, status: string, more?: Partial<Check>) {
  const { db } = app.app
  const id = await addMonitor(db, { name, type, state: { status, checked_at: AT } })
  const last = JSON.stringify(check(id, more))
  await db('monitor_states').where({ monitor_id: id }).update({ last_check: last })
  return id
}

/** The text of a scrape, newer than what is shared by scrapes at the same time. */
async function scrape(headers: Record<string, string> = app.headers) {
  const response = await fetch(`${app.url}/metrics/monitors`, { headers })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** The samples of a monitor: `name{other labels} value`. */
const samplesOf = (text: string, id: string) =>
  text
    .split('\n')
    .filter(line => line.includes(`monitor_id="${id}"`))
    .map(line => line.replace(/monitor="(\\.|[^"\\])*",monitor_id="[^"]*",?/, '').replace('{}', ''))

test('shows the last check of each monitor as blackbox_exporter would', async () => {
  const ids = {
    http: await addChecked('Web', 'http', 'up', {
      tls: TLS,
      details: {
        url: 'https://example.org/',
        redirects: [{ url: 'http://example.org/', status: 301 }],
        bytes: 1234,
        address: '::1',
      },
    }),
    down: await addChecked('A "quoted" \\ name\nof two lines \ud83d\ude00', 'http', 'down', {
      status: 'down',
      status_code: null,
      phases_ms: { dns: 1, connect: null, tls: null, first_byte: null, transfer: null },
      error: { code: 'connection_refused', message: 'Refused' },
      answer: { headers: {}, body: '\0', truncated: false },
    }),
    paused: await addChecked('Paused', 'tcp', 'paused'),
    offline: await addChecked('Offline', 'tcp', 'up', { status: 'unknown' }),
    push: await addChecked('Backup', 'push', 'down', { status: 'down', latency_ms: null }),
    pending: await addMonitor(app.app.db, { name: 'New', type: 'ping' }),
  }
  const { text, headers } = await scrape()
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(samplesOf(text, ids.http)).toEqual([
    'probe_success 1',
    'probe_duration_seconds 0.12345',
    'probe_dns_lookup_time_seconds 0.0015',
    'probe_ip_protocol 6',
    'probe_failed_due_to_regex 0',
    'probe_http_status_code 200',
    'probe_http_duration_seconds{phase="resolve"} 0.0015',
    'probe_http_duration_seconds{phase="connect"} 0.002',
    'probe_http_duration_seconds{phase="tls"} 0.03',
    'probe_http_duration_seconds{phase="processing"} 0.08095',
    'probe_http_duration_seconds{phase="transfer"} 0.009',
    'probe_http_uncompressed_body_length 1234',
    'probe_http_redirects 1',
    'probe_http_ssl 1',
    'probe_ssl_earliest_cert_expiry 1769904000',
    'probe_ssl_last_chain_expiry_timestamp_seconds 1771113600',
    'probe_ssl_last_chain_info{fingerprint_sha256="abcd",subject="CN=example.org",issuer="CN=Test \\"CA\\" \\\\ One",subjectalternative="example.org,www.example.org"} 1',
    'probe_tls_version_info{version="TLS 1.3"} 1',
    'tailrace_monitor_status 1',
    'tailrace_monitor_last_check_timestamp_seconds 1767323045.678',
  ])
  expect(samplesOf(text, ids.down)).toEqual(
    expect.arrayContaining([
      'probe_success 0',
      'probe_http_status_code 0',
      'probe_http_duration_seconds{phase="transfer"} 0',
      'tailrace_monitor_status 0',
    ]),
  )
  expect(text).toContain('monitor="A \\"quoted\\" \\\\ name\\nof two lines \ud83d\ude00"')
  expect(samplesOf(text, ids.paused)).toEqual([
    'tailrace_monitor_status 3',
    'tailrace_monitor_last_check_timestamp_seconds 1767323045.678',
  ])
  expect(samplesOf(text, ids.offline)).not.toContainEqual(expect.stringMatching(/^probe_success/))
  expect(samplesOf(text, ids.push)).toEqual([
    'probe_success 0',
    'tailrace_monitor_status 0',
    'tailrace_monitor_last_check_timestamp_seconds 1767323045.678',
  ])
  expect(samplesOf(text, ids.pending)).toEqual(['tailrace_monitor_status 2'])
  if (promtool) expect(await run(promtool, ['check', 'metrics'], text)).toBe('')
})

testWith(promtool)('promtool has nothing to say against any of the families', async () => {
  const all = Object.entries(FAMILIES).map(
    ([name, help]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} 1\n`,
  )
  expect(await run(promtool ?? '', ['check', 'metrics'], all.join(''))).toBe('')
})

test('takes the token as Prometheus can send it, never in the URL, and shows a tenant only its own', async () => {
  const foreign = await addMonitor(app.app.db, { name: 'Foreign', tenant_id: await addTenant(app.app.db) })
  const { text } = await scrape()
  expect(text).not.toContain(foreign)
  const basic = Buffer.from(`prometheus:${app.token}`).toString('base64')
  expect((await scrape({ authorization: `Basic ${basic}` })).status).toBe(200)
  const none = await scrape({})
  expect(none.status).toBe(401)
  expect(none.headers.get('www-authenticate')).toContain('Basic realm=')
  const foreignPage = await scrape({ origin: 'https://evil.example' })
  expect(foreignPage.text).toBe('Send "Authorization: Bearer <token>", or Basic with the token as password.\n')
  const inUrl = await fetch(`${app.url}/metrics/monitors?token=${app.token}`)
  expect([inUrl.status, await inUrl.text()]).toEqual([400, expect.stringContaining('Never put a secret in a URL')])
  const posted = await app.post('/metrics/monitors', {})
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  expect((await app.get('/metrics/monitors/more')).status).toBe(404)
})

test('streams ten thousand monitors in groups', async () => {
  const { db } = app.app
  const tenant = await addTenant(db)
  await rows(
    db,
    `INSERT INTO monitors (id, tenant_id, shard, name, type, target, interval_seconds, timeout_ms, retries,
       retry_interval_seconds, confirm_up, settings, labels, enabled, created_by)
     SELECT gen_random_uuid(), :tenant, 0, 'Monitor ' || (n % 100), 'http', 'x', 60, 1000, 0, 5, 1, '{}', '{}', true, '{}'
     FROM generate_series(1, 10000) AS n`,
    { tenant },
  )
  await rows(
    db,
    `INSERT INTO monitor_states (monitor_id, tenant_id, status, checked_at, last_check)
     SELECT id, tenant_id, 'up', now(), :last FROM monitors WHERE tenant_id = :tenant`,
    { tenant, last: JSON.stringify(check(DEFAULT_TENANT_ID, { tls: TLS })) },
  )
  const { text } = await scrape(await headersOf(db, 'viewer', tenant))
  const names = text.split('\n').flatMap(line => /^(\w+)\{.*\} /.exec(line)?.[1] ?? [])
  expect(names.filter(name => name === 'probe_success')).toHaveLength(10_000)
  expect(new Set(text.match(/^probe_success.*$/gm))).toHaveProperty('size', 10_000)
  const changes = names.filter((name, index) => name !== names[index - 1])
  expect(changes).toEqual([...new Set(names)])
})

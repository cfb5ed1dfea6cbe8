import { checkMonitor } from '../../../src/monitors/import/check-monitor'
import type { MonitorFile } from '../../../src/monitors/import/monitor-file'
import { readUptimeKuma } from '../../../src/monitors/import/uptime-kuma/read-uptime-kuma'
import { KUMA_BACKUP, kumaMonitor } from './kuma-backup'

const backup = readUptimeKuma(JSON.stringify(KUMA_BACKUP))

function named(name: string, { monitors }: MonitorFile = backup) {
  const found = monitors.find(({ fields }) => fields.name === name)
  if (!found) throw new Error(`There is no ${name}`)
  expect(checkMonitor(found.fields)).not.toHaveProperty('faults')
  return found
}

const one = (fields: Record<string, unknown>) =>
  named('Sample', readUptimeKuma(JSON.stringify([kumaMonitor({ url: 'https://example.org/', ...fields })])))

test('a request is read with its headers, access, statuses and labels', () => {
  const { fields, notes, path } = named('Shop API')
  expect(path).toBe('monitorList.2')
  expect(fields).toEqual({
    name: 'Shop API',
    type: 'http',
    target: 'https://shop.example.org/api',
    settings: {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Key': 'k3y' },
      body: '{"ping": true}',
      expect_status: ['200-299', 404],
      follow_redirects: false,
      basic: { username: 'probe', password: 's3cret' },
      verify_tls: false,
      ip_family: '4',
    },
    interval_seconds: 120,
    timeout_ms: 48_000,
    retries: 3,
    retry_interval_seconds: 20,
    labels: { team: 'web', Kunde_A: 'true', group: 'Customers / Shops' },
    enabled: true,
  })
  expect(notes).toEqual([
    'The label "Kunde A" is called Kunde_A here.',
    'For a notice before its certificate expires, it needs a rule of type tls_expiry.',
  ])
})

test('keywords and JSON queries become settings of http', () => {
  expect(named('Blog').fields).toMatchObject({ settings: { keyword: 'Welcome' }, enabled: false })
  expect(named('No errors').fields.settings).toEqual({ method: 'GET', not_keyword: 'Fatal error' })
  expect(named('Health').fields.settings).toMatchObject({ json: { path: '$.checks[0].ok', op: '==', value: 'true' } })
  expect(named('Sum')).toMatchObject({
    fields: { settings: {} },
    notes: [expect.stringMatching(/sum.* no counterpart/)],
  })
})

test('other types are read with their targets', () => {
  expect(named('Database').fields).toMatchObject({ type: 'tcp', target: 'db.example.org:5432', settings: {} })
  expect(named('Router')).toMatchObject({
    fields: { type: 'ping', target: '192.0.2.1' },
    notes: [/size/].map(asMatcher),
  })
  expect(named('MX')).toMatchObject({
    fields: { type: 'dns', target: 'example.org', settings: { server: '9.9.9.9:5353', record_type: 'MX' } },
    notes: [expect.stringMatching(/first name server/)],
  })
  expect(named('Backup')).toMatchObject({
    fields: { type: 'push', target: null, interval_seconds: 86_400 },
    notes: [expect.stringMatching(/new address/)],
  })
  // its certificate is none, which a check would refuse
  expect(backup.monitors.find(({ fields }) => fields.name === 'mTLS')).toMatchObject({
    fields: { settings: { client_certificate: 'CERT', client_key: 'KEY' } },
    notes: [expect.stringMatching(/certificate authority/)],
  })
})

const asMatcher = (pattern: RegExp) => expect.stringMatching(pattern)

test('what cannot become a monitor is listed with its type', () => {
  expect(backup.leftOut).toEqual([
    '"Customers" (group): its monitors have the label "group"',
    '"Shops" (group): its monitors have the label "group"',
    '"Container" (docker): there is no such type here',
    '"Old API" (http): it is upside down: up while its target is down',
    '1 notification: create receivers and routes of alerts instead',
  ])
})

test('the list of version 2 is an object by id', () => {
  const list = { 7: kumaMonitor({ id: 7, name: 'Seven', hostname: '2001:db8::1', port: '25', type: 'port' }) }
  const [monitor] = readUptimeKuma(JSON.stringify(list)).monitors
  expect(monitor).toMatchObject({ path: '7', fields: { target: '[2001:db8::1]:25' } })
  const tls = { type: 'port', hostname: 'mail.example.org', port: 465, smtpSecurity: 'secure' }
  expect(one(tls).fields.settings).toEqual({ tls: 'tls' })
  expect(one({ ...tls, smtpSecurity: 'starttls' }).fields.settings).toEqual({ tls: 'starttls', protocol: 'smtp' })
})

test.each([
  [{ maxretries: 30 }, { retries: 10 }, /10 times, not 30/],
  [{ timeout: 600 }, { timeout_ms: 120_000 }, /after 120 s, not 600/],
  [{ authMethod: 'ntlm' }, { settings: {} }, /ntlm/],
  [{ proxyId: 3 }, { settings: {} }, /proxy/],
  [{ headers: 'X-Key: 1' }, { settings: {} }, /not a JSON object/],
  [{ cacheBust: true }, { settings: {} }, /random parameter/],
  [{ maxredirects: 2 }, { settings: {} }, /more than 2/],
  [{ tags: [{ name: 'severity', value: 'high' }] }, { labels: { tag_severity: 'high' } }, /tag_severity/],
])('of %j, the note tells what is different', (fields, expected, note) => {
  expect(one({ url: 'https://example.org/', ...fields })).toMatchObject({
    fields: expected,
    notes: [expect.stringMatching(note)],
  })
})

test('credentials and bodies go where they belong', () => {
  const settings = (fields: Record<string, unknown>) => one({ url: 'https://a:b%20c@example.org/', ...fields }).fields
  expect(settings({})).toMatchObject({
    target: 'https://example.org/',
    settings: { basic: { username: 'a', password: 'b c' } },
  })
  const basic = { authMethod: 'basic', basic_auth_user: 'x', basic_auth_pass: 'y' }
  expect(settings(basic)).toMatchObject({ settings: { basic: { username: 'x', password: 'y' } } })
  expect(settings({ ...basic, headers: '{"authorization": "Bearer 1"}' }).settings).not.toHaveProperty('basic')
  expect(settings({ authMethod: 'bearer', bearer_token: 't' })).toMatchObject({ settings: { bearer: 't' } })
  const get = one({ url: 'https://example.org/', body: '{}' })
  expect(get.fields.settings).toEqual({ method: 'GET' })
  expect(get.notes).toEqual(['Its body is not carried over: GET requests have none here.'])
})

test('without a timeout, it is a share of the interval', () => {
  expect(one({ timeout: 0, interval: 30 }).fields.timeout_ms).toBe(24_000)
  expect(one({ timeout: 0, interval: 3_600 })).toMatchObject({ fields: { timeout_ms: 120_000 }, notes: [] })
})

test('groups that contain each other end', () => {
  const loop = [
    kumaMonitor({ id: 1, type: 'group', name: 'A', parent: 2 }),
    kumaMonitor({ id: 2, type: 'group', name: 'B', parent: 1 }),
    kumaMonitor({ id: 3, parent: 1 }),
  ]
  expect(readUptimeKuma(JSON.stringify(loop)).monitors).toHaveLength(1)
})

test.each(['{', '[1]', '{}', '{"monitorList": 5}', '{"monitors": []}'])('%s is refused', content => {
  expect(() => readUptimeKuma(content)).toThrow(/body.content/)
})

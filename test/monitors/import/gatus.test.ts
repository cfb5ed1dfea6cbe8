import { checkMonitor } from '../../../src/monitors/import/check-monitor'
import { readGatus } from '../../../src/monitors/import/gatus/read-gatus'
import type { MonitorFile } from '../../../src/monitors/import/monitor-file'

const CONFIG = `
metrics: true
storage:
  type: sqlite
  path: /data/data.db
alerting:
  slack:
    webhook-url: \${SLACK_URL}
x-defaults: &defaults
  group: core
  interval: 1m30s
  client:
    insecure: true
    ignore-redirect: true
    timeout: 5s
endpoints:
  - <<: *defaults
    name: front-end
    url: "https://twin.sh/health"
    extra-labels:
      version: 1.10
    conditions:
      - "[STATUS] == 200"
      - "[BODY].status == UP"
      - "[BODY].items[0].count >= 5"
      - "[BODY].user-name == pat(*john*)"
      - "has([BODY].errors) == true"
      - "[HEADER].Content-Type == pat(application/json*)"
      - "[RESPONSE_TIME] < 300"
      - "[CERTIFICATE_EXPIRATION] > 48h"
      - "len([BODY].items) > 2"
    alerts:
      - type: slack
  - name: text
    url: http://example.org/
    method: POST
    graphql: true
    body: "{ user(name: \\"[ENDPOINT_NAME]\\") { id } }"
    headers:
      Authorization: Bearer \${TOKEN}
    conditions: ["[STATUS] == any(200, 204)", "[BODY] == pat(*Welcome*)", "[BODY] != pat(*error*)"]
    enabled: false
  - name: redis
    url: tcp://127.0.0.1:6379
    body: "PING\\r\\n"
    conditions: ["[CONNECTED] == true", "[BODY] == pat(*PONG*)"]
  - name: certificate
    url: tls://example.org:443
    conditions: ["[CONNECTED] == true", "[CERTIFICATE_EXPIRATION] > 50h"]
  - name: mail
    url: starttls://smtp.example.org:587
    interval: 30m
    client: {timeout: 5s, proxy-url: "http://proxy:3128"}
    conditions: ["[CONNECTED] == true"]
  - name: router
    url: icmp://192.0.2.1
    client: {network: ip4}
    conditions: ["[CONNECTED] == true"]
  - name: zone
    url: 8.8.8.8
    dns: {query-name: example.org., query-type: A}
    conditions: ["[BODY] == 93.184.215.14", "[DNS_RCODE] == NOERROR"]
  - {name: rpc, url: "grpc://example.org:443", conditions: ["[CONNECTED] == true"]}
  - {name: shell, url: "ssh://example.org:22", conditions: ["[CONNECTED] == true"]}
external-endpoints:
  - name: backup
    group: jobs
    token: potato
    heartbeat: {interval: 30m}
  - {name: batch, token: potato}
`
const config = readGatus(CONFIG)

function named(name: string, { monitors }: MonitorFile = config) {
  const found = monitors.find(({ fields }) => fields.name === name)
  if (!found) throw new Error(`There is no ${name}`)
  expect(checkMonitor(found.fields)).not.toHaveProperty('faults')
  return found
}

const http = (...conditions: string[]) =>
  named('x', readGatus(JSON.stringify({ endpoints: [{ name: 'x', url: 'https://example.org/', conditions }] })))

test('an endpoint becomes a monitor, and its conditions settings', () => {
  const { fields, notes, path } = named('front-end')
  expect(path).toBe('endpoints.0')
  expect(fields).toEqual({
    name: 'front-end',
    labels: { group: 'core', version: '1.10' },
    enabled: true,
    type: 'http',
    target: 'https://twin.sh/health',
    settings: {
      follow_redirects: false,
      verify_tls: false,
      expect_status: 200,
      json: [
        { path: '$.status', op: '==', value: 'UP' },
        { path: '$.items[0].count', op: '>=', value: '5' },
        { path: '$["user-name"]', op: 'contains', value: 'john' },
        { path: '$.errors', op: 'exists' },
      ],
      expect_headers: [{ name: 'Content-Type', matches: '^application/json.*$' }],
    },
    interval_seconds: 90,
    timeout_ms: 5_000,
  })
  expect(notes).toEqual([
    '[RESPONSE_TIME] < 300 is not part of a check: it needs a rule of type latency_over with 300 ms.',
    '[CERTIFICATE_EXPIRATION] > 48h is not part of a check: it needs a rule of type tls_expiry with 2 days.',
    'The condition len([BODY].items) > 2 has no counterpart.',
  ])
})

test('texts, GraphQL and variables', () => {
  const { fields, notes } = named('text')
  expect(fields).toMatchObject({
    enabled: false,
    interval_seconds: 60,
    settings: {
      method: 'POST',
      headers: { Authorization: `Bearer \${TOKEN}`, 'Content-Type': 'application/json' },
      body: '{"query":"{ user(name: \\"text\\") { id } }"}',
      expect_status: [200, 204],
      keyword: 'Welcome',
      not_keyword: 'error',
    },
  })
  expect(notes).toEqual([`\${TOKEN} in Authorization is a variable of the environment, which is not replaced.`])
})

test('other types are read with their targets', () => {
  expect(named('redis').fields).toMatchObject({
    ...{ type: 'tcp', target: '127.0.0.1:6379', settings: { send: 'PING\r\n', expect: 'PONG' } },
  })
  expect(named('certificate').fields).toMatchObject({ type: 'tls', settings: { days_left_min: 3 } })
  expect(named('mail')).toMatchObject({
    fields: { type: 'tls', target: 'smtp.example.org:587', settings: { starttls: 'smtp' }, interval_seconds: 1_800 },
    notes: [expect.stringMatching(/a proxy/)],
  })
  expect(named('router').fields).toMatchObject({ type: 'ping', target: '192.0.2.1', settings: { ip_family: '4' } })
  expect(named('zone').fields).toMatchObject({
    ...{ type: 'dns', target: 'example.org' },
    settings: { server: '8.8.8.8', record_type: 'A', expected: '93.184.215.14' },
  })
})

test('external endpoints wait for heartbeats', () => {
  expect(named('backup').fields).toMatchObject({ type: 'push', interval_seconds: 1_800, labels: { group: 'jobs' } })
  const { fields, notes } = named('batch')
  expect(fields).toMatchObject({ type: 'push', target: null, interval_seconds: 86_400 })
  expect(notes).toEqual([expect.stringMatching(/token/), expect.stringMatching(/no heartbeat by any time/)])
})

test('what cannot become a monitor is listed', () => {
  expect(config.leftOut).toEqual([
    '"rpc" (grpc): there is no such type here',
    '"shell" (ssh): there is no such type here',
    'alerts of 1 endpoint: create rules and routes of alerts instead',
    'metrics: a setting of Gatus itself',
    'storage: a setting of Gatus itself',
    'alerting: create receivers and routes of alerts instead',
  ])
})

test.each([
  [['[CONNECTED] == true'], '100-999'],
  [['[STATUS] < 300'], '100-299'],
  [['[STATUS] >= 200', '[STATUS] < 300'], undefined],
  [['200 == [STATUS]'], 200],
  [['300 > [STATUS]'], '100-299'],
  [['[STATUS] != 500'], ['100-499', '501-999']],
  [
    ['[STATUS] != any(400, 500)', '[status] >= 400', '[STATUS] <= 502'],
    ['401-499', '501-502'],
  ],
])('%j accept the same statuses', (conditions, expected) => {
  expect((http(...conditions).fields.settings as Record<string, unknown>).expect_status).toEqual(expected)
})

test.each([
  '[BODY] == exactly this',
  '[BODY] == pat(a*b)',
  '[BODY].x == any(1, 2)',
  '[BODY].x == pat(a*)',
  'len([BODY]) > 4',
  'age([HEADER].Last-Modified) < 10m',
  '[IP] == 127.0.0.1',
  '[DOMAIN_EXPIRATION] > 720h',
  '[CONNECTED] == false',
  '[STATUS] == nothing',
  '[HEADER].X != y',
  'nothing at all',
])('"%s" has no counterpart', condition => {
  expect(http('[STATUS] == 200', condition).notes).toEqual([`The condition ${condition} has no counterpart.`])
})

test('what is missing can be expected', () => {
  const { settings } = http('has([BODY].error) == false', '[BODY].ok == true').fields
  expect(settings).toMatchObject({
    json: [
      { path: '$.error', op: 'exists', value: false },
      { path: '$.ok', op: '==', value: 'true' },
    ],
  })
})

test('a text of an expression stands for itself, the stars of a pattern do not', () => {
  const headers = (condition: string) => http(condition).fields.settings as { expect_headers: { matches: string }[] }
  expect(headers('[HEADER].Server == a.b*').expect_headers[0]?.matches).toBe('^a\\.b\\*$')
  expect(headers('[HEADER].Server == any(x, pat(n?inx*))').expect_headers[0]?.matches).toBe('^x$|^n.inx.*$')
  expect(headers('has([HEADER].Server) == true').expect_headers[0]?.matches).toBe('^')
})

test.each(['', 'endpoints: 5', 'a: [', 'endpoints: &a [*a]'])('%j is refused', content => {
  expect(() => readGatus(content)).toThrow(/body.content/)
})

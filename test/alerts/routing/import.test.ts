import { planReceivers, type Secrets } from '../../../src/alerts/routing/import/plan-receivers'
import { readAlertmanagerFile } from '../../../src/alerts/routing/import/read-file'
import { placeReceivers } from '../../../src/alerts/routing/import/read-route'
import { Problem } from '../../../src/base/errors'
import { faultOf, testWithAmtool } from './amtool'

const YAML = `
global:
  resolve_timeout: 1m
  smtp_smarthost: 'smtp.example.org:587'
  smtp_from: 'Alerts <alerts@example.org>'
  smtp_auth_username: mailer
  smtp_auth_password: s3cret
  slack_api_url: https://hooks.slack.test/services/T/B/x
templates: ['/etc/alertmanager/*.tmpl']
route:
  receiver: nobody
  group_by: [alertname, cluster]
  group_wait: 500ms
  repeat_interval: 60d
  routes:
  - match: {team: yes}
    match_re: {host: 'web-\\d+'}
    matchers: ['severity=~"critical|page"', '{a="b",c!="d"}']
    receiver: many
    mute_time_intervals: [nights]
    group_by: []
  - &web
    matchers: [team="web"]
    receiver: hook
    continue: true
  - <<: *web
    continue: false
    receiver: pager
  - matchers: ['env="\${ENV}"']
    receiver: many
    routes:
    - matchers: [a="1"]
      continue: true
    - matchers: [a="2"]
inhibit_rules:
- source_match: {severity: critical}
  target_match_re: {severity: warning|info}
  equal: [alertname]
mute_time_intervals:
- name: nights
  time_intervals:
  - times: [{start_time: '00:00', end_time: 06:00}]
    days_of_month: ['1:5']
    location: Europe/Berlin
receivers:
- name: nobody
- name: hook
  webhook_configs:
  - url: https://hook.test/x
    max_alerts: 5
    http_config:
      authorization: {credentials: t0ken}
- name: pager
  pagerduty_configs: [{service_key: x}]
- name: many
  webhook_configs:
  - url: http://a.test/
    send_resolved: no
  - url: http://b.test/
    http_config: {basic_auth: {username: u, password: p}}
  email_configs:
  - to: 'Team <team@example.org>, other@example.org'
    html: '{{ template "x" . }}'
    require_tls: false
  slack_configs:
  - channel: '#ops'
    title: x
    send_resolved: true
`

function plan(yaml: string, { existing = [], secrets = {} }: { existing?: string[]; secrets?: Secrets } = {}) {
  const file = readAlertmanagerFile(yaml)
  const { report } = file
  const { receivers, nameOf, asked } = planReceivers(file.receivers.values(), {
    existing: new Set(existing),
    secrets,
    report,
  })
  const route = placeReceivers(file.route, nameOf)
  report.check()
  return { file, receivers, route, asked, ...report.all }
}
const withReceiver = (receiver: string, global = '') =>
  `${global}\nroute: {receiver: r}\nreceivers:\n- name: r\n${receiver.replace(/^/gm, '  ')}\n`

testWithAmtool('the example is a file that Alertmanager loads', async () => expect(await faultOf(YAML)).toBeUndefined())

test('routes are carried over with all kinds of matchers', () => {
  const { route } = plan(YAML)
  const [first, second, third, fourth] = route.routes
  expect(route).toMatchObject({
    receiver: null,
    group_by: ['alertname', 'cluster'],
    group_wait_seconds: 1,
    repeat_interval_seconds: 30 * 86_400,
  })
  expect(first).toMatchObject({
    matchers: [
      { name: 'team', op: '=', value: 'yes' },
      { name: 'host', op: '=~', value: 'web-\\d+' },
      { name: 'severity', op: '=~', value: 'critical|page' },
      { name: 'a', op: '=', value: 'b' },
      { name: 'c', op: '!=', value: 'd' },
    ],
    receiver: 'many',
    group_by: [],
    mute_time_intervals: ['nights'],
    routes: [],
  })
  expect(second).toMatchObject({ receiver: 'hook', continue: true })
  expect(third).toMatchObject({ receiver: null, continue: false, matchers: [{ name: 'team' }] })
  expect(fourth).toMatchObject({ receiver: 'many', routes: [{ continue: true }, { continue: false }] })
  expect(fourth?.routes.map(({ receiver }) => receiver)).toEqual([undefined, undefined]) // inherited
})

test('rules and intervals are carried over', () => {
  const { file } = plan(YAML)
  expect(file.inhibitRules).toEqual([
    {
      source_matchers: [{ name: 'severity', op: '=', value: 'critical' }],
      target_matchers: [{ name: 'severity', op: '=~', value: 'warning|info' }],
      equal: ['alertname'],
    },
  ])
  expect(file.intervals).toEqual({
    nights: [
      { times: [{ start_time: '00:00', end_time: '06:00' }], days_of_month: ['1:5'], location: 'Europe/Berlin' },
    ],
  })
})

test('receivers are carried over with the defaults of the file, those with several entries as a group', () => {
  expect(plan(YAML).receivers).toEqual([
    {
      name: 'hook',
      type: 'webhook',
      settings: { url: 'https://hook.test/x', max_alerts: 5, bearer_token: 't0ken' },
      send_resolved: true,
      enabled: true,
    },
    {
      name: 'many (webhook)',
      type: 'webhook',
      settings: { url: 'http://a.test/', max_alerts: 0 },
      send_resolved: false,
      enabled: true,
    },
    {
      name: 'many (webhook 2)',
      type: 'webhook',
      settings: { url: 'http://b.test/', max_alerts: 0 },
      send_resolved: true,
      enabled: false,
    },
    {
      name: 'many (email)',
      type: 'email',
      settings: {
        to: ['team@example.org', 'other@example.org'],
        from: 'alerts@example.org',
        host: 'smtp.example.org',
        port: 587,
        username: 'mailer',
        password: 's3cret',
        security: 'none',
      },
      send_resolved: false,
      enabled: true,
    },
    {
      name: 'many (slack)',
      type: 'slack',
      settings: { url: 'https://hooks.slack.test/services/T/B/x', channel: '#ops' },
      send_resolved: true,
      enabled: true,
    },
    {
      name: 'many',
      type: 'group',
      settings: { receivers: ['many (webhook)', 'many (webhook 2)', 'many (email)', 'many (slack)'] },
      send_resolved: true,
      enabled: true,
    },
  ])
})

test('what is carried over otherwise or not at all is listed with its line', () => {
  const { adapted, not_imported } = plan(YAML)
  expect(adapted.map(({ path, line, what }) => `${line} ${path}: ${what}`)).toEqual([
    '13 route.group_wait: group_wait: 1 s',
    '14 route.repeat_interval: repeat_interval: 2592000 s',
    `29 route.routes.3.matchers.0: ${JSON.stringify(`env="${'$'}{ENV}"`)}`,
    '46 receivers.0: Routes to nobody',
    '53 receivers.2: Routes to pager',
    '59 receivers.3.webhook_configs.1: many (webhook 2) is disabled',
    '55 receivers.3: many is a group of many (webhook), many (webhook 2), many (email), many (slack)',
  ])
  expect(not_imported.map(({ path, line, what }) => `${line} ${path}: ${what}`)).toEqual([
    '3 global.resolve_timeout: resolve_timeout',
    '54 receivers.2.pagerduty_configs.0: PagerDuty',
    '60 receivers.3.webhook_configs.1.http_config.basic_auth: http_config.basic_auth',
    '63 receivers.3.email_configs.0.html: html',
    '67 receivers.3.slack_configs.0.title: title',
    '9 templates.0: Templates in /etc/alertmanager/*.tmpl',
  ])
  for (const { because } of [...adapted, ...not_imported]) expect(because).toMatch(/^[A-Z"$].*\.$/)
})

test('routes to what was not imported lead to a receiver of that name, if there is one', () => {
  const { route, adapted } = plan(YAML, { existing: ['pager', 'nobody'] })
  expect(route.receiver).toBeNull()
  expect(route.routes[2]?.receiver).toBe('pager')
  expect(adapted).toContainEqual(
    expect.objectContaining({ because: 'They lead to the receiver of this name that exists here.' }),
  )
})

test('secrets that the file does not hold are asked for by name', () => {
  const email = `email_configs:
- {to: a@x.test, from: b@x.test, smarthost: 'x.test:465', auth_username: u, auth_password_file: /run/pw}
webhook_configs:
- url: \${HOOK}`
  const asked = plan(withReceiver(email))
  expect(asked.receivers).toEqual([
    expect.objectContaining({
      name: 'r (email)',
      enabled: false,
      settings: expect.objectContaining({ security: 'tls' }),
    }),
    expect.objectContaining({ name: 'r', type: 'group', settings: { receivers: ['r (email)'] } }),
  ])
  expect(asked.adapted.map(({ line, what, because }) => `${line} ${what}: ${because}`)).toEqual([
    `8 r (webhook): url: ${'$'}{HOOK} is a variable, which is not replaced. Give it as secrets["r (webhook)"].url.`,
    '6 r (email): password: It is in the file /run/pw, which was not given. Give it as secrets["r (email)"].password.',
    '4 r is a group of r (email): A receiver has one address here.',
  ])
  expect(asked.route.receiver).toBe('r')
  expect(asked.asked).toEqual([
    {
      ...{ receiver: 'r (webhook)', type: 'webhook', setting: 'url' },
      because: `${'$'}{HOOK} is a variable, which is not replaced.`,
      ...{ path: 'receivers.0.webhook_configs.0.url', line: 8 },
    },
    {
      ...{ receiver: 'r (email)', type: 'email', setting: 'password' },
      because: 'It is in the file /run/pw, which was not given.',
      ...{ path: 'receivers.0.email_configs.0.auth_password_file', line: 6 },
    },
  ])
  const secrets = { 'r (webhook)': { url: 'https://given.test/', secret: 'sign' }, 'r (email)': { password: 'pw' } }
  const given = plan(withReceiver(email), { secrets })
  expect(given.receivers).toEqual([
    expect.objectContaining({
      name: 'r (webhook)',
      enabled: true,
      settings: { url: 'https://given.test/', secret: 'sign', max_alerts: 0 },
    }),
    expect.objectContaining({
      name: 'r (email)',
      enabled: true,
      settings: expect.objectContaining({ password: 'pw' }),
    }),
    expect.objectContaining({ name: 'r', type: 'group' }),
  ])
  expect(given.asked).toEqual([])
})

test('what is given is read as the file would be', () => {
  const email = `email_configs: [{to: '\${TO}', from: a@x.test, smarthost: '\${SERVER}'}]`
  expect(plan(withReceiver(email)).asked.map(({ setting }) => setting)).toEqual(['to', 'host', 'port'])
  const secrets = { r: { to: 'Team <b@x.test>, c@x.test', host: 'mail.x.test:25', port: '465' } }
  expect(plan(withReceiver(email), { secrets }).receivers).toEqual([
    expect.objectContaining({
      enabled: true,
      settings: expect.objectContaining({ to: ['b@x.test', 'c@x.test'], host: 'mail.x.test', port: 465 }),
    }),
  ])
})

test('secrets for something else are refused', () => {
  const yaml = withReceiver('webhook_configs: [{url: http://x.test/}]')
  const faultsOf = (secrets: Secrets) => {
    try {
      plan(yaml, { secrets })
    } catch (error) {
      return (error as Problem).errors.map(({ path }) => path)
    }
    return []
  }
  expect(faultsOf({ r: { secret: 'x' } })).toEqual([])
  expect(faultsOf({ other: { secret: 'x' } })).toEqual(['body.secrets.other'])
  expect(faultsOf({ r: { password: 'x' } })).toEqual(['body.secrets.r.password'])
})

test('settings that are wrong are faults with their line', () => {
  const faults = (receiver: string, global = '') => {
    try {
      plan(withReceiver(receiver, global))
    } catch (error) {
      if (error instanceof Problem) return error.errors.map(({ path, message }) => `${path} ${message}`)
      throw error
    }
    return []
  }
  expect(faults('webhook_configs: [{url: ftp://x.test/}]')).toEqual([
    expect.stringMatching(/^body\.yaml\.receivers\.0\.webhook_configs\.0\.url Line 5: url: /),
  ])
  expect(faults("email_configs: [{to: nobody, from: a@x.test, smarthost: 'x.test'}]")).toEqual([
    'body.yaml.receivers.0.email_configs.0.smarthost Line 5: "x.test" is not an address such as "smtp.example.org:587".',
  ])
  expect(faults("email_configs: [{to: nobody, from: a@x.test, smarthost: 'x.test:25'}]")).toEqual([
    expect.stringMatching(/^body\.yaml\.receivers\.0\.email_configs\.0\.to Line 5: to\.0: /),
  ])
})

test('a name that is taken is not used twice', () => {
  const yaml = `${withReceiver('webhook_configs: [{url: http://x.test/}, {url: http://y.test/}]')}- name: r (webhook)\n`
  expect(plan(yaml).receivers.map(({ name }) => name)).toEqual(['r (webhook 2)', 'r (webhook 3)', 'r'])
})

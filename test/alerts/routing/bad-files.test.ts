import { readAlertmanagerFile } from '../../../src/alerts/routing/import/read-file'
import { Problem } from '../../../src/base/errors'
import { faultOf, testWithAmtool } from './amtool'

const GOOD = `route:
  receiver: a
  routes:
  - matchers: [team="web"]
    group_wait: 5s
receivers:
- name: a
`

/** What to replace in the file, by what; and the fault that is found: its path and message. */
const BAD: [string, string, string, string, string][] = [
  [
    'an unknown field',
    'group_wait',
    'group_weight',
    'route.routes.0.group_weight',
    'Line 5: There is no field "group_weight" here.',
  ],
  ['an unknown section', 'receivers:', 'foo: 1\nreceivers:', 'foo', 'Line 6: There is no field "foo" here.'],
  [
    'an unknown kind of receiver',
    'name: a',
    'name: a\n  fax_configs: []',
    'receivers.0.fax_configs',
    'Line 8: There is no field "fax_configs" here.',
  ],
  [
    'an undefined receiver',
    'receiver: a',
    'receiver: b',
    'route.receiver',
    'Line 2: There is no receiver "b" in the file.',
  ],
  ['no receiver', '  receiver: a\n', '', 'route', 'Line 2: There must be a first route with a receiver.'],
  ['a doubled receiver', 'name: a', 'name: a\n- name: a', 'receivers.1', 'Line 8: There are two receivers "a".'],
  [
    'a receiver without a name',
    'name: a',
    'name: a\n- webhook_configs: []',
    'receivers.1',
    'Line 8: This receiver has no name.',
  ],
  [
    'a fraction',
    '5s',
    '1.5s',
    'route.routes.0.group_wait',
    'Line 5: not a valid duration string: "1.5s". Durations are such as "90s" or "1h30m", without fractions.',
  ],
  [
    'a zero interval',
    'group_wait: 5s',
    'group_interval: 0s',
    'route.routes.0.group_interval',
    'Line 5: group_interval cannot be zero.',
  ],
  [
    'a zero repeat',
    'group_wait: 5s',
    'repeat_interval: 0s',
    'route.routes.0.repeat_interval',
    'Line 5: repeat_interval cannot be zero.',
  ],
  [
    'matchers at the root',
    'receiver: a',
    'receiver: a\n  match: {x: y}',
    'route',
    'Line 2: The first route takes every alert: it cannot have matchers.',
  ],
  [
    'a root that continues',
    'receiver: a',
    'receiver: a\n  continue: true',
    'route',
    'Line 2: The first route has no siblings: it cannot continue.',
  ],
  [
    'intervals at the root',
    'receiver: a',
    'receiver: a\n  mute_time_intervals: [t]\ntime_intervals: [{name: t}]\nxroute:',
    'route',
    'Line 2: The first route cannot have time intervals: give them to a route in it.',
  ],
  [
    'a bad pattern',
    'team="web"',
    'team=~"we(b"',
    'route.routes.0.matchers.0',
    'Line 4: error parsing regexp: missing closing ): `^(?:we(b)$`',
  ],
  [
    'a bad pattern in match_re',
    'matchers: [team="web"]',
    'match_re: {team: "[a"}',
    'route.routes.0.match_re.team',
    'Line 4: error parsing regexp: missing closing ]: `[a)$`',
  ],
  ['a bad matcher', 'team="web"', 'team', 'route.routes.0.matchers.0', 'Line 4: bad matcher format: team'],
  [
    'a bad name in match',
    'matchers: [team="web"]',
    'match: {1team: web}',
    'route.routes.0.match.1team',
    'Line 4: invalid label name "1team"',
  ],
  [
    'a bad label in group_by',
    'group_wait: 5s',
    'group_by: [a b]',
    'route.routes.0.group_by.0',
    'Line 5: invalid label name "a b"',
  ],
  [
    'a doubled label in group_by',
    'group_wait: 5s',
    'group_by: [a, a]',
    'route.routes.0.group_by',
    'Line 5: The label "a" is listed twice.',
  ],
  [
    'all labels and another',
    'group_wait: 5s',
    "group_by: ['...', a]",
    'route.routes.0.group_by',
    'Line 5: "..." stands for all labels: it cannot be combined with others.',
  ],
  [
    'an undefined interval',
    'group_wait: 5s',
    'mute_time_intervals: [nights]',
    'route.routes.0.mute_time_intervals.0',
    'Line 5: There is no time interval "nights" in the file.',
  ],
  [
    'a doubled interval',
    'receivers:',
    'time_intervals: [{name: t}, {name: t}]\nreceivers:',
    'time_intervals.1.name',
    'Line 6: There are two time intervals "t".',
  ],
  [
    'a bad time',
    'receivers:',
    "time_intervals:\n- name: t\n  time_intervals:\n  - times:\n    - {start_time: '9:00', end_time: '10:00'}\nreceivers:",
    'time_intervals.0.time_intervals.0.times.0',
    'Line 10: "9:00" is not a time between "00:00" and "24:00".',
  ],
  [
    'a bad place',
    'receivers:',
    'time_intervals: [{name: t, time_intervals: [{location: Berlin}]}]\nreceivers:',
    'time_intervals.0.time_intervals.0.location',
    'Line 6: There is no time zone "Berlin": use one such as "Europe/Berlin".',
  ],
  [
    'a bad flag',
    'group_wait: 5s',
    'continue: maybe',
    'route.routes.0.continue',
    'Line 5: "maybe" is neither true nor false.',
  ],
  ['a text for a list', 'group_wait: 5s', 'group_by: a', 'route.routes.0.group_by', 'Line 5: This must be a list.'],
  ['a map for a text', 'receiver: a', 'receiver: {a: b}', 'route.receiver', 'Line 2: This must be a text.'],
  [
    'a webhook without url',
    'name: a',
    'name: a\n  webhook_configs: [{send_resolved: true}]',
    'receivers.0.webhook_configs.0',
    'Line 8: This webhook has no url.',
  ],
  [
    'an email without server',
    'name: a',
    'name: a\n  email_configs: [{to: x@y.test, from: z@y.test}]',
    'receivers.0.email_configs.0',
    'Line 8: This email has no "smarthost", and there is no smtp_smarthost in "global".',
  ],
  [
    'a channel without address',
    'name: a',
    'name: a\n  slack_configs: [{channel: x}]',
    'receivers.0.slack_configs.0',
    'Line 8: This channel has no api_url, and there is no slack_api_url in "global".',
  ],
  [
    'both of two',
    'receivers:',
    'global: {slack_api_url: http://x.test, slack_api_url_file: y}\nreceivers:',
    'global.slack_api_url_file',
    'Line 6: At most one of slack_api_url and slack_api_url_file can be set.',
  ],
  [
    'a repeated key',
    'receiver: a',
    'receiver: a\n  receiver: a',
    '',
    'Line 3: The name "receiver" occurs twice in one map.',
  ],
  ['no YAML', 'receiver: a', 'receiver: "a', '', 'Line 2: Missing closing "quote'],
  ['an anchor that is none', 'receiver: a', 'receiver: *x', '', 'Line 2: There is no anchor &x before this.'],
]

const replaced = (from: string, to: string) => {
  expect(GOOD).toContain(from)
  return GOOD.replace(from, to)
}

function faultsIn(yaml: string) {
  try {
    readAlertmanagerFile(yaml)
    return []
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    expect(error.status).toBe(400)
    return error.errors
  }
}

test('the file itself is fine', () => expect(faultsIn(GOOD)).toEqual([]))

test.each(BAD)('%s is refused with its place', (_, from, to, path, message) => {
  const faults = faultsIn(replaced(from, to))
  expect(faults).toContainEqual({
    path: path ? `body.yaml.${path}` : 'body.yaml',
    message: expect.stringContaining(message),
  })
})

testWithAmtool('all of them are refused by amtool, too', async () => {
  expect(await faultOf(GOOD)).toBeUndefined()
  for (const [name, from, to] of BAD)
    expect([name, await faultOf(replaced(from, to))]).toEqual([name, expect.any(String)])
})

test('files that are hard to read are read in linear time, or refused', () => {
  const aliases = Array.from({ length: 20_000 }, (_, i) => `  b${i}: *a`).join('\n')
  expect(faultsIn(`x: {a: &a c}\ny:\n${aliases}`)).toHaveLength(3)
  const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}`).join(', ')
  expect(faultsIn(`x: {${keys}}`)[0]?.message).toBe('Line 1: There is no field "x" here.')
  expect(faultsIn('['.repeat(20_000))[0]?.path).toBe('body.yaml')
})

test('what aliases multiply has an end', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe'].map(pair => [...pair])) {
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`)
  }
  expect(faultsIn(bomb.join('\n'))).toEqual([
    { path: 'body.yaml', message: expect.stringContaining('it has more than 100000 values') },
  ])
  const loop = 'route: &r\n  receiver: a\n  routes: [*r]\nreceivers: [{name: a}]\n'
  expect(faultsIn(loop)).toEqual([{ path: 'body.yaml', message: expect.stringContaining('Line 3: ') }])
})

import { compileRouting, originalConfig, type ShownReceiver } from '../../../src/alerts/routing'
import { type AlertRouteInput, type AlertRoutingInput, alertRouting } from '../../../src/contract/alert-routes'
import type { Matcher } from '../../../src/contract/matchers'
import { faultOf, receiversOf, testWithAmtool, withFile } from './amtool'

/** Repeatable numbers from 0 to 1. */
function randomFrom(seed: number) {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}
type Random = ReturnType<typeof randomFrom>
const oneOf = <Item>(random: Random, items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item

const NAMES = ['team', 'env', 'host']
const VALUES = ['web', 'db', 'web-1', 'ü "x"', '']
const PATTERNS = ['web|db', 'web.*', '.*', '.+', '', '[a-d]+', 'web-\\d']
const RECEIVERS = ['a', 'b', 'c', 'd e']

function randomMatcher(random: Random): Matcher {
  const op = oneOf(random, ['=', '=', '!=', '=~', '!~'] as const)
  return { name: oneOf(random, NAMES), op, value: oneOf(random, op.endsWith('~') ? PATTERNS : VALUES) }
}

const randomRoute = (random: Random, depth: number): AlertRouteInput => ({
  matchers: Array.from({ length: Math.floor(random() * 3) }, () => randomMatcher(random)),
  ...(random() < 0.7 && { receiver: oneOf(random, [...RECEIVERS, null]) }),
  continue: random() < 0.4,
  routes: depth > 2 ? [] : Array.from({ length: Math.floor(random() * 4) }, () => randomRoute(random, depth + 1)),
})

const randomLabels = (random: Random) =>
  Object.fromEntries(NAMES.flatMap(name => (random() < 0.7 ? [[name, oneOf(random, VALUES.slice(0, -1))]] : [])))

const shown = RECEIVERS.map(
  (name): ShownReceiver => ({ name, type: 'webhook', settings: { url: 'http://x.test/secret' }, send_resolved: true }),
)

testWithAmtool('alerts take the same way as in amtool, through trees of all shapes', async () => {
  const random = randomFrom(7)
  const reached = new Set<string>()
  for (let i = 0; i < 12; i++) {
    const { receiver = null, routes } = { receiver: 'a', routes: [0, 1, 2, 3, 4].map(() => randomRoute(random, 1)) }
    const config = alertRouting.parse({ route: { receiver, routes } })
    const routing = compileRouting(config, 1)
    await withFile(originalConfig(config, shown), async file => {
      for (let j = 0; j < 8; j++) {
        const labels = randomLabels(random)
        const ours = routing.ends(labels).map(({ route }) => route.receiver ?? 'incidents-only')
        expect({ i, labels, ends: ours }).toEqual({ i, labels, ends: await receiversOf(file, labels) })
        reached.add(ours.join())
      }
    })
  }
  expect(reached.size).toBeGreaterThan(10)
})

const EVERYTHING: AlertRoutingInput = {
  route: {
    receiver: null,
    group_by: ['alertname', 'grüße'],
    routes: [
      { matchers: [{ name: 'a', op: '=~', value: 'x|"y"\\d' }], receiver: 'hook', group_by: [], continue: true },
      { matchers: [{ name: 'größe', op: '=', value: 'x' }], receiver: 'hook' },
      {
        receiver: 'mail',
        group_by: ['...'],
        group_wait_seconds: 0,
        group_interval_seconds: 90,
        repeat_interval_seconds: 7 * 86_400,
        mute_time_intervals: ['nights'],
        active_time_intervals: ['some days'],
        expect_every_seconds: 60,
      },
      { matchers: [{ name: 'b', op: '!=', value: 'no' }], receiver: 'chat' },
    ],
  },
  inhibit_rules: [
    { name: 'named', source_matchers: [{ name: 's', op: '=', value: 'critical' }], equal: ['alertname', 'ö'] },
    { target_matchers: [{ name: 'ö', op: '=', value: 'x' }] },
  ],
  time_intervals: {
    nights: [
      { times: [{ start_time: '00:00', end_time: '06:00' }], location: 'Europe/Berlin' },
      { times: [{ start_time: '22:00', end_time: '24:00' }] },
    ],
    'some days': [
      { weekdays: ['monday:friday'], days_of_month: ['1:5', '-1'], months: ['1', 'may:june'], years: ['2030'] },
    ],
  },
}
const receivers: ShownReceiver[] = [
  { name: 'hook', type: 'webhook', settings: { url: 'https://hooks.test/T0/B0?x=1' }, send_resolved: true },
  { name: 'plain', type: 'webhook', settings: { url: 'http://10.0.0.1:8080/' }, send_resolved: false },
  {
    name: 'mail',
    type: 'email',
    settings: {
      to: ['a@x.test', 'b@x.test'],
      from: 'c@x.test',
      host: 'smtp.x.test',
      port: 587,
      username: 'u',
      security: 'starttls',
    },
    send_resolved: false,
  },
  { name: 'chat', type: 'slack', settings: { channel: '#ops' }, send_resolved: true },
  { name: 'all', type: 'group', settings: { receivers: ['hook', 'plain', 'chat'] }, send_resolved: true },
]

test('the configuration as a file shows no secrets', () => {
  const yaml = originalConfig(alertRouting.parse(EVERYTHING), receivers)
  expect(yaml).toContain('url: https://hooks.test/<secret>')
  expect(yaml).toContain('url: http://10.0.0.1:8080/\n')
  expect(yaml).not.toMatch(/B0|größe|named/)
  expect(yaml).toMatch(/name: all\n {4}webhook_configs:\n(.*\n){4} {4}slack_configs:/)
  expect(yaml).toMatch(/^route:\n {2}receiver: incidents-only\n/)
})

testWithAmtool('amtool loads the configuration as a file', async () => {
  const config = alertRouting.parse(EVERYTHING)
  expect(await faultOf(originalConfig(config, receivers))).toBeUndefined()
  const taken = [...receivers, { ...(receivers[0] as ShownReceiver), name: 'incidents-only' }]
  expect(await faultOf(originalConfig(config, taken))).toBeUndefined()
  expect(await faultOf(originalConfig(alertRouting.parse({ route: {} }), []))).toBeUndefined()
})

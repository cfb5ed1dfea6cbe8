import { compileRouting } from '../../../src/alerts/routing'
import { defaultRouting } from '../../../src/alerts/routing/default-routing'
import { type AlertRouteInput, alertRouting } from '../../../src/contract/alert-routes'
import type { Matcher } from '../../../src/contract/matchers'

const is = (name: string, value: string): Matcher => ({ name, op: '=', value })
const like = (name: string, value: string): Matcher => ({ name, op: '=~', value })
const compiled = (route: AlertRouteInput, time_intervals = {}) =>
  compileRouting(alertRouting.parse({ route, time_intervals }), 1)
const receivers = (route: AlertRouteInput, labels: Record<string, string>) =>
  compiled(route)
    .ends(labels)
    .map(({ route: { receiver } }) => receiver)

const TREE: AlertRouteInput = {
  receiver: 'all',
  group_by: ['alertname'],
  group_wait_seconds: 10,
  routes: [
    {
      matchers: [is('team', 'web')],
      receiver: 'web',
      continue: true,
      routes: [{ matchers: [is('severity', 'page')], receiver: 'pager' }],
    },
    {
      matchers: [like('team', 'web|db')],
      group_by: [],
      repeat_interval_seconds: 60,
      routes: [{ matchers: [is('host', '')], receiver: null }],
    },
    { matchers: [is('team', 'db')], receiver: 'never' },
  ],
}

test('the first child that matches takes an alert, those after it only if it continues', () => {
  expect(receivers(TREE, { team: 'web' })).toEqual(['web', null])
  expect(receivers(TREE, { team: 'web', severity: 'page', host: 'a' })).toEqual(['pager', 'all'])
  expect(receivers(TREE, { team: 'db', host: 'a' })).toEqual(['all'])
  expect(receivers(TREE, { team: 'ops' })).toEqual(['all'])
})

test('a child that continues still keeps the alert from its parent', () => {
  const tree = { receiver: 'top', routes: [{ matchers: [is('a', '1')], receiver: 'child', continue: true }] }
  expect(receivers(tree, { a: '1' })).toEqual(['child'])
})

test('routes inherit receiver, grouping and times; an empty list and null count', () => {
  const [, second] = compiled(TREE).ends({ team: 'web', host: 'a', alertname: 'x' })
  expect(second?.route).toMatchObject({
    path: [1],
    receiver: 'all',
    groupBy: [],
    waitMs: 10_000,
    intervalMs: 300_000,
    repeatMs: 60_000,
    expectEveryMs: null,
  })
  expect(second?.groupLabels).toEqual({})
  const [first] = compiled(TREE).ends({ team: 'web', host: 'a', alertname: 'x' })
  expect(first).toMatchObject({ route: { repeatMs: 14_400_000 }, groupLabels: { alertname: 'x' } })
})

test('the times of a tree without any are those of Alertmanager, and everything is one group', () => {
  const [end] = compiled({ receiver: 'all' }).ends({ a: '1' })
  expect(end).toMatchObject({
    route: { waitMs: 30_000, intervalMs: 300_000, repeatMs: 14_400_000, groupBy: [] },
    groupLabels: {},
    groupKey: '{}:{}',
  })
})

test('time intervals and expectations are not inherited', () => {
  const tree: AlertRouteInput = {
    routes: [
      {
        mute_time_intervals: ['always'],
        active_time_intervals: ['never', 'nights'],
        expect_every_seconds: 60,
        routes: [{ matchers: [is('a', '1')] }],
      },
    ],
  }
  const routing = compiled(tree, {
    always: [{}],
    never: [],
    nights: [{ times: [{ start_time: '00:00', end_time: '06:00' }] }],
  })
  const noon = new Date('2030-01-01T12:00:00Z')
  const [own] = routing.ends({ a: '2' })
  expect(own?.route.mutedBy(noon)).toEqual(['always', 'never (outside)', 'nights (outside)'])
  expect(own?.route.mutedBy(new Date('2030-01-01T05:00:00Z'))).toEqual(['always'])
  expect(own?.route.mutesChangeAt(noon)).toBe(Date.parse('2030-01-02T00:00:00Z'))
  expect(own?.route.expectEveryMs).toBe(60_000)
  const [child] = routing.ends({ a: '1' })
  expect(child?.route.mutedBy(noon)).toEqual([])
  expect(child?.route.mutesChangeAt(noon)).toBeNull()
  expect(child?.route.expectEveryMs).toBeNull()
})

test('`...` groups by all labels', () => {
  const [end] = compiled({ group_by: ['...'] }).ends({ b: '2', a: '1' })
  expect(end).toMatchObject({ groupLabels: { a: '1', b: '2' }, groupKey: '{}:{a="1", b="2"}' })
})

test('group keys are the texts of Alertmanager', () => {
  const tree: AlertRouteInput = {
    group_by: ['alertname', 'team'],
    routes: [
      { matchers: [like('team', 'web|db')], routes: [{ matchers: [is('b', 'a"\n\\'), is('a', 'x')], group_by: [] }] },
    ],
  }
  const keyOf = (labels: Record<string, string>) => compiled(tree).ends(labels)[0]?.groupKey
  expect(keyOf({ team: 'web', alertname: 'Flip', host: 'a' })).toBe(
    '{}/{team=~"web|db"}:{alertname="Flip", team="web"}',
  )
  expect(keyOf({ alertname: 'é"\n\u0001\u200b\u{1F642}\u{E0001}' })).toBe(
    '{}:{alertname="é\\"\\n\\x01\\u200b\u{1F642}\\U000e0001"}',
  )
  expect(keyOf({ team: 'web', a: 'x', b: 'a"\n\\' })).toBe('{}/{team=~"web|db"}/{a="x",b="a\\"\\n\\\\"}:{}')
})

test('a key survives edits elsewhere, and twins differ', () => {
  const keys = (route: AlertRouteInput) => compiled(route).routes.map(({ key }) => key)
  const web: AlertRouteInput = {
    matchers: [is('team', 'web'), is('env', 'prod')],
    routes: [{ matchers: [is('a', '1')] }],
  }
  const [root, first, child] = keys({ routes: [web] })
  const edited = keys({
    receiver: 'other',
    group_wait_seconds: 1,
    routes: [
      { matchers: [is('team', 'new')] },
      { ...web, matchers: [is('env', 'prod'), is('team', 'web')], receiver: 'x' },
      web,
    ],
  })
  expect(edited.slice(0, 1)).toEqual([root])
  expect(edited.slice(2, 4)).toEqual([first, child])
  expect(edited.slice(4)).not.toContain(first)
  expect(edited.slice(4)).not.toContain(child)
  expect(new Set(edited).size).toBe(edited.length)
})

test('the way through the tree shows each route that is looked at', () => {
  const steps = compiled(TREE).steps({ team: 'web', host: 'a' })
  expect(steps.map(({ node, hasMatched, isEnd }) => [node.path, hasMatched, isEnd])).toEqual([
    [[], true, false],
    [[0], true, true],
    [[0, 0], false, false],
    [[1], true, true],
    [[1, 0], false, false],
  ])
})

test('with very many routes, those that ask for another value cost nothing', () => {
  const routes = Array.from({ length: 2_000 }, (_, i) => ({ matchers: [is('team', `team-${i}`)], receiver: `r${i}` }))
  const routing = compiled({
    receiver: 'all',
    routes: [...routes, { matchers: [like('team', '.+-5')], receiver: 'last' }],
  })
  const name = (i: number) => routing.ends({ team: `team-${i}` })[0]?.route.receiver
  expect([name(0), name(1_999), name(2_000), name(5)]).toEqual(['r0', 'r1999', 'all', 'r5'])
  const labels = { team: 'x-5' }
  expect(routing.ends(labels)[0]?.route.receiver).toBe('last')
  expect(routing.ends(labels)).toBe(routing.ends(labels)) // asked again for the alerts in memory
})

test('a new tenant has incidents only, by name of the alert', () => {
  const [end] = compileRouting(defaultRouting, 0).ends({ alertname: 'a', b: 'c' })
  expect(end).toMatchObject({ route: { receiver: null }, groupLabels: { alertname: 'a' } })
})

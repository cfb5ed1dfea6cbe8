import { intervalOf, intervalWords, textsOf } from '../../public/alert-routes/interval-text'
import { draftOf, routeOfDraft } from '../../public/alert-routes/route-draft'
import { labelsOfText, type Tested, wayOf } from '../../public/alert-routes/test-labels'
import {
  addChild,
  canMove,
  countBelow,
  effectiveOf,
  inheritedAt,
  moveAt,
  newRoute,
  removeAt,
  replaceAt,
  routeAt,
} from '../../public/alert-routes/tree'
import { parseWait, waitText } from '../../public/alert-routes/wait-text'
import type { AlertRoute } from '../../src/contract/alert-routes'

const to = (receiver: string, ...routes: AlertRoute[]): AlertRoute => ({ ...newRoute(), receiver, routes })
const tree = to('root', to('a', to('a1'), to('a2')), to('b'))
const names = (route: AlertRoute): unknown => [route.receiver, ...route.routes.map(names)]

test('routes are added, replaced, moved and removed without touching the tree they came from', () => {
  const before = JSON.stringify(tree)
  expect(names(addChild(tree, [1], to('c')))).toEqual(['root', ['a', ['a1'], ['a2']], ['b', ['c']]])
  expect(names(replaceAt(tree, [0, 1], to('x')))).toEqual(['root', ['a', ['a1'], ['x']], ['b']])
  expect(names(moveAt(tree, [0, 1], -1))).toEqual(['root', ['a', ['a2'], ['a1']], ['b']])
  expect(names(removeAt(tree, [0]))).toEqual(['root', ['b']])
  expect(routeAt(tree, [0, 1])?.receiver).toBe('a2')
  expect(routeAt(tree, [3, 1])).toBeUndefined()
  expect(countBelow(tree)).toBe(4)
  expect(JSON.stringify(tree)).toBe(before)
})

test('a route moves within its siblings only', () => {
  expect([canMove(tree, [], 1), canMove(tree, [0], -1), canMove(tree, [0], 1), canMove(tree, [1], 1)]).toEqual([
    false,
    false,
    true,
    false,
  ])
  expect(moveAt(tree, [1], 1)).toBe(tree)
})

test('what a route lacks comes from the nearest route above that has it, or from the defaults', () => {
  const deep = { ...to('root', { ...newRoute(), group_by: ['x'], routes: [newRoute()] }), group_wait_seconds: 0 }
  const inherited = inheritedAt(deep, [0, 0])
  expect(inherited).toMatchObject({ receiver: 'root', group_by: ['x'], group_wait_seconds: 0 })
  expect(effectiveOf({ ...newRoute(), receiver: null }, inherited)).toMatchObject({
    receiver: null,
    repeat_interval_seconds: 4 * 3_600,
  })
  expect(inheritedAt(deep, []).group_wait_seconds).toBe(30)
})

test.each([
  ['0s', 0],
  ['30s', 30],
  ['1h30m', 5_400],
  ['2w1d', 15 * 86_400],
])('%s is %d seconds, both ways', (text, seconds) => {
  expect(waitText(seconds)).toBe(text)
  expect(parseWait(text)).toBe(seconds)
})

test('other ways to write a time, and what is none', () => {
  expect([' 90 ', '1h 5s', '', 'soon', '1.5h', '5m1h'].map(parseWait)).toEqual([90, 3_605, ...Array(4)])
})

test('a route survives its form, and keeps its children', () => {
  const route = {
    ...to('ops', newRoute()),
    group_by: ['...'],
    group_wait_seconds: 0,
    expect_every_seconds: 300,
    continue: true,
    mute_time_intervals: ['night'],
  }
  expect(routeOfDraft(draftOf(route), [], route)).toEqual(route)
  expect(routeOfDraft(draftOf(newRoute()), [], newRoute())).toEqual(newRoute())
  const draft = { ...draftOf(route), group_wait_seconds: 'soon' }
  expect(() => routeOfDraft(draft, [], route)).toThrow('“soon” is no time')
})

test('labels of a test are read as people write them', () => {
  expect(labelsOfText('alertname=Down\nseverity="very, very bad"')).toEqual({
    alertname: 'Down',
    severity: 'very, very bad',
  })
  expect(labelsOfText('{a="b",c=d}')).toEqual({ a: 'b', c: 'd' })
  expect(() => labelsOfText('nonsense')).toThrow('“nonsense” is no label')
  expect(() => labelsOfText(' ')).toThrow('Enter labels')
})

test('the way of a test tells where it ends, what it passes and what it tries', () => {
  const step = (path: number[], matched: boolean, is_end = false) => ({
    ...{ path, matchers: [], matched, receiver: null, is_end, continue: false },
  })
  const tested = { steps: [step([], true), step([0], false), step([1], true, true)] } as unknown as Tested
  expect([...wayOf(tested)]).toEqual([
    ['', 'passed'],
    ['0', 'tried'],
    ['1', 'end'],
  ])
})

test('a time interval survives its form', () => {
  const interval = {
    times: [{ start_time: '09:00', end_time: '17:00' }],
    weekdays: ['monday:friday'],
    days_of_month: ['1:5', '-1'],
    location: 'Europe/Berlin',
  }
  expect(intervalOf(textsOf(interval))).toEqual(interval)
  expect(intervalOf(textsOf({}))).toEqual({})
  expect(intervalWords(interval)).toBe('09:00-17:00 on monday:friday on days 1:5, -1 of the month (Europe/Berlin)')
  expect(() => intervalOf({ ...textsOf({}), times: 'noon' })).toThrow('“noon” is no period of time')
})

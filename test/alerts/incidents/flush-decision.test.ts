import { decideFlush, type FlushState } from '../../../src/alerts/incidents/flush-decision'

const MIN = 60_000
const HOUR = 60 * MIN
const receiver = { name: 'hook', state: 'enabled', sendsResolved: true } as const
const state = (more: Partial<FlushState> = {}): FlushState => ({
  now: 10 * HOUR,
  toldAt: null,
  told: new Set(),
  ended: [],
  hushed: new Set(),
  firing: [],
  muted: [],
  repeatMs: 4 * HOUR,
  receiver,
  closed: null,
  handledBy: null,
  flapping: null,
  ...more,
})
/** The receiver was told an hour ago that a and b fire. */
const told = (more: Partial<FlushState> = {}) =>
  state({ toldAt: 9 * HOUR, told: new Set(['a', 'b']), firing: ['a', 'b'], ...more })
const repeatDue = { toldAt: 6 * HOUR }

test.each<[string, FlushState, string]>([
  ['the first alert', state({ firing: ['a'] }), 'first'],
  ['a new alert', told({ firing: ['a', 'b', 'c'] }), 'new_alerts'],
  ['a new alert and a resolved one', told({ firing: ['a', 'c'], ended: ['b'] }), 'new_alerts'],
  ['some resolved', told({ firing: ['a'], ended: ['b'] }), 'some_resolved'],
  ['all resolved', told({ firing: [], ended: ['a', 'b'] }), 'all_resolved'],
  ['one resolved, the other muted', told({ firing: [], muted: ['a'], ended: ['b'] }), 'some_resolved'],
  ['one resolved while it was muted', told({ firing: ['a'], ended: ['b'], hushed: new Set(['b']) }), 'some_resolved'],
  ['the repeat is due', told(repeatDue), 'repeat'],
  ['fires on after a mute', told({ hushed: new Set(['a']) }), 'unmuted'],
  ['never told, and its mute has ended', state({ firing: ['a'], hushed: new Set(['a']) }), 'unmuted'],
  ['a new alert while another is unmuted', told({ firing: ['a', 'b', 'c'], hushed: new Set(['a']) }), 'new_alerts'],
  ['a new alert of an acknowledged group', told({ firing: ['a', 'b', 'c'], handledBy: 'Ann' }), 'new_alerts'],
  ['all resolved of an acknowledged group', told({ firing: [], ended: ['a', 'b'], handledBy: 'Ann' }), 'all_resolved'],
  ['flapping, first told of it', told({ firing: ['c'], flapping: { until: 11 * HOUR, isTold: false } }), 'new_alerts'],
  ['flapping, the repeat is due', told({ ...repeatDue, flapping: { until: 11 * HOUR, isTold: true } }), 'repeat'],
])('tells: %s', (_name, given, reason) => {
  expect(decideFlush(given)).toEqual({ does: 'send', reason })
})

test.each<[string, FlushState]>([
  ['nothing fires and nobody was told', state()],
  ['everything is muted', state({ muted: ['a'] })],
  ['all that was told is muted', told({ firing: [], muted: ['a', 'b'] })],
  ['no route leads to it, and what was told fires on', told({ ...repeatDue, repeatMs: null })],
])('does nothing: %s', (_name, given) => {
  expect(decideFlush(given)).toEqual({ does: 'nothing' })
})

const ALL_ENDED = { firing: [], ended: ['a', 'b'] }
test.each<[string, FlushState, string, string[], number | null]>([
  ['nothing new', told(), 'repeat_not_due', [], 13 * HOUR],
  ['fewer than told, because some are muted', told({ firing: ['a'], muted: ['b'] }), 'repeat_not_due', [], 13 * HOUR],
  ['incidents only', state({ firing: ['a'], receiver: null }), 'no_receiver', [], null],
  [
    'the receiver was deleted',
    state({ firing: ['a'], receiver: { ...receiver, state: 'missing' } }),
    ...(['no_receiver', ['hook'], null] as [string, string[], null]),
  ],
  [
    'the receiver is disabled',
    told({ ...ALL_ENDED, receiver: { ...receiver, state: 'disabled' } }),
    ...(['receiver_disabled', ['hook'], null] as [string, string[], null]),
  ],
  [
    'outside of the hours',
    state({ firing: ['a'], closed: { by: ['nights'], until: 12 * HOUR } }),
    ...(['interval', ['nights'], 12 * HOUR] as [string, string[], number]),
  ],
  ['acknowledged', told({ ...repeatDue, handledBy: 'Ann' }), 'acknowledged', ['Ann'], null],
  ['acknowledged, and unmuted', told({ hushed: new Set(['a']), handledBy: 'Ann' }), 'acknowledged', ['Ann'], null],
  [
    'flapping, told lately',
    told({ ...ALL_ENDED, flapping: { until: 11 * HOUR, isTold: true } }),
    ...(['flapping', [], 11 * HOUR] as [string, string[], number]),
  ],
  [
    'flapping, and nothing is new',
    told({ flapping: { until: 11 * HOUR, isTold: true } }),
    ...(['flapping', [], 11 * HOUR] as [string, string[], number]),
  ],
  [
    'flapping for long',
    told({ firing: ['c'], flapping: { until: 20 * HOUR, isTold: true } }),
    ...(['flapping', [], 13 * HOUR] as [string, string[], number]),
  ],
])('holds back: %s', (_name, given, reason, by, nextAt) => {
  expect(decideFlush(given)).toEqual({ does: 'hold', reason, by, nextAt, forgets: false })
})

test('a receiver that does not want resolves needs not be told of them later', () => {
  const quiet = { ...receiver, sendsResolved: false }
  const hold = { does: 'hold', reason: 'resolved_not_wanted', by: ['hook'], forgets: true }
  expect(decideFlush(told({ ...ALL_ENDED, receiver: quiet }))).toEqual({ ...hold, nextAt: null })
  expect(decideFlush(told({ firing: ['a'], ended: ['b'], receiver: quiet }))).toEqual({ ...hold, nextAt: 13 * HOUR })
  expect(decideFlush(told({ firing: ['a', 'c'], ended: ['b'], receiver: quiet }))).toEqual({
    does: 'send',
    reason: 'new_alerts',
  })
})

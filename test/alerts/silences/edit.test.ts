import { type StoredSilence, stateOf } from '../../../src/alerts/silences/silence'
import { changedSilence, endedSilence, newSilence, type SilenceFields } from '../../../src/alerts/silences/silence-edit'
import { SilenceError } from '../../../src/alerts/silences/silence-error'
import { equal, MINUTE_MS, tenantId } from './node'

const now = Date.parse('2026-03-01T12:00:00.123Z')
const fields = (more: Partial<SilenceFields> = {}): SilenceFields => ({
  matchers: [equal('a', 'b'), equal('c', 'd')],
  startsAt: null,
  endsAt: now + 60 * MINUTE_MS,
  comment: 'x',
  createdBy: 'Ada',
  annotations: {},
  ...more,
})
const silenceOf = (more: Partial<SilenceFields> = {}, at = now) => newSilence(tenantId, fields(more), at).silence
const later = now + 10 * MINUTE_MS

test.each<[string, Partial<SilenceFields>]>([
  ['the comment', { comment: 'y' }],
  ['the author', { createdBy: 'Bob' }],
  ['a later end', { endsAt: now + 90 * MINUTE_MS }],
  ['an earlier end', { endsAt: later + 1 }],
  ['the stored start', { startsAt: now }],
  ['a start without milliseconds', { startsAt: now - 123 }],
  ['other order of matchers, and doubles', { matchers: [equal('c', 'd'), equal('a', 'b'), equal('c', 'd')] }],
])('an active silence keeps its id and start with %s', (_, change) => {
  const before = silenceOf()
  const { silence, isNew, ended } = changedSilence(before, change, later)
  expect(silence).toMatchObject({ id: before.id, startsAt: now, createdAt: now, updatedAt: later })
  expect({ isNew, ended }).toEqual({ isNew: false, ended: null })
})

test.each<[string, Partial<SilenceFields>]>([
  ['another matcher', { matchers: [equal('a', 'b')] }],
  ['another operator', { matchers: [equal('a', 'b'), { name: 'c', op: '!=', value: 'd' }] }],
  ['a start moved by a second', { startsAt: now - 1_000 }],
  ['a later start', { startsAt: later + 1_000 }],
])('an active silence is replaced with %s', (_, change) => {
  const before = silenceOf()
  const { silence, isNew, ended } = changedSilence(before, change, later)
  expect(silence.id).not.toBe(before.id)
  expect(silence).toMatchObject({ replaces: before.id, startsAt: Math.max(later, change.startsAt ?? 0) })
  expect(isNew).toBe(true)
  expect(ended).toMatchObject({ id: before.id, startsAt: now, endsAt: later })
  expect(stateOf(ended as StoredSilence, later)).toBe('expired')
})

test('a pending silence keeps its id while its start stays in the future', () => {
  const before = silenceOf({ startsAt: now + 20 * MINUTE_MS })
  const moved = changedSilence(before, { startsAt: now + 15 * MINUTE_MS }, later)
  expect(moved.silence).toMatchObject({ id: before.id, startsAt: now + 15 * MINUTE_MS })
  const { silence, ended } = changedSilence(before, { startsAt: later - 1 }, later)
  expect(silence).toMatchObject({ replaces: before.id, startsAt: later })
  expect(ended).toMatchObject({ id: before.id, startsAt: later, endsAt: later })
})

test('an expired silence is replaced by any change, and stays as it was', () => {
  const before = silenceOf({ endsAt: now + MINUTE_MS })
  const { silence, isNew, ended } = changedSilence(before, { endsAt: later + MINUTE_MS }, later)
  expect(silence).toMatchObject({ replaces: before.id, startsAt: later })
  expect({ isNew, ended }).toEqual({ isNew: true, ended: null })
})

test('a past start becomes now, and a future one stays to the millisecond', () => {
  expect(silenceOf({ startsAt: now - MINUTE_MS }).startsAt).toBe(now)
  expect(silenceOf({ startsAt: now + 1_234 }).startsAt).toBe(now + 1_234)
})

test('one that was started or ended now counts at once, also by a clock that is behind', () => {
  const silence = silenceOf()
  expect(stateOf(silence, now - 500)).toBe('active')
  expect(stateOf(endedSilence(silence, later), later - 500)).toBe('expired')
  expect(stateOf(silenceOf({ startsAt: now + 100 }), now)).toBe('pending')
})

test.each<[string, Partial<SilenceFields>, string]>([
  ['start_after_end', { startsAt: now + MINUTE_MS, endsAt: now + MINUTE_MS }, 'start time must be before end time'],
  ['end_in_past', { endsAt: now - 1 }, "end time can't be in the past"],
  ['invalid', { matchers: [] }, 'silence invalid: at least one matcher required'],
  [
    'invalid',
    { matchers: [{ name: 'a', op: '=~', value: '.*' }, equal('b', '')] },
    'silence invalid: at least one matcher must not match the empty string',
  ],
  [
    'invalid',
    { matchers: [equal('a', 'b'), { name: 'a', op: '=~', value: '(' }] },
    'silence invalid: invalid label matcher 1: invalid regular expression "(": error parsing regexp: missing closing ): `^(?:()$`',
  ],
  ['invalid', { matchers: [equal('', 'b')] }, 'silence invalid: invalid label matcher 0: invalid label name ""'],
  [
    'invalid',
    { matchers: [equal('a', 'x'.repeat(20_000))] },
    'silence invalid: matchers are longer than 16384 characters',
  ],
  ['invalid', { comment: 'a\0' }, 'silence invalid: comment and author must not contain NUL or lone surrogates'],
])('refuses what is not a silence: %s %#', (code, more, message) => {
  const refusal = new SilenceError(code as SilenceError['code'], message)
  expect(() => silenceOf(more)).toThrow(refusal)
  expect(() => silenceOf(more)).toThrow(expect.objectContaining({ code }))
})

test('negative matchers alone are accepted, as by Alertmanager', () => {
  expect(silenceOf({ matchers: [{ name: 'a', op: '!=', value: 'b' }] }).matchers).toHaveLength(1)
})

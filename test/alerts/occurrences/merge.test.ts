import { decide, periodOf } from '../../../src/alerts/occurrences/merge'

const MINUTE = 60_000
const NOW = 1_700_000_000_000
/** Times in minutes from now. */
const open = (startsAt: number, endsAt: number, hasGivenEnd: boolean) => ({
  startsAt: NOW + startsAt * MINUTE,
  endsAt: NOW + endsAt * MINUTE,
  hasGivenEnd,
})
const reported = (startsAt: number | null, endsAt: number | null) =>
  periodOf(
    {
      startsAt: startsAt === null ? null : NOW + startsAt * MINUTE,
      endsAt: endsAt === null ? null : NOW + endsAt * MINUTE,
    },
    NOW,
  )
const decided = (known: ReturnType<typeof open>, report: ReturnType<typeof reported>) => decide(known, report, NOW)

test('what was not given: now, five minutes from now, and a lone end is the start too', () => {
  expect(reported(null, null)).toEqual({ startsAt: NOW, endsAt: NOW + 5 * MINUTE, hasGivenEnd: false })
  expect(reported(null, 60)).toEqual({ startsAt: NOW + 60 * MINUTE, endsAt: NOW + 60 * MINUTE, hasGivenEnd: true })
})

test('a given end survives one report without end', () => {
  const first = decided(open(-1, 60, true), reported(null, null))
  expect(first).toEqual({ type: 'repeat', startsAt: NOW - MINUTE, endsAt: NOW + 60 * MINUTE, hasGivenEnd: false })
  const second = decided(open(-1, 60, false), reported(null, null))
  expect(second).toEqual({ type: 'repeat', startsAt: NOW - MINUTE, endsAt: NOW + 5 * MINUTE, hasGivenEnd: false })
})

test('a nearer future end does not shorten a given one', () => {
  expect(decided(open(-1, 60, true), reported(-1, 10))).toMatchObject({ type: 'repeat', endsAt: NOW + 60 * MINUTE })
  expect(decided(open(-1, 60, false), reported(-1, 10))).toMatchObject({ type: 'repeat', endsAt: NOW + 10 * MINUTE })
})

test('the earliest start wins if the periods are merged, the reported one if it replaces', () => {
  expect(decided(open(-5, 5, true), reported(-3, 9))).toMatchObject({
    startsAt: NOW - 5 * MINUTE,
    endsAt: NOW + 9 * MINUTE,
  })
  expect(decided(open(-5, 5, true), reported(-8, 2))).toMatchObject({
    startsAt: NOW - 8 * MINUTE,
    endsAt: NOW + 5 * MINUTE,
  })
  expect(decided(open(-5, 5, true), reported(-8, 9))).toMatchObject({
    startsAt: NOW - 8 * MINUTE,
    endsAt: NOW + 9 * MINUTE,
  })
  expect(decided(open(-5, 5, true), reported(5, 9))).toMatchObject({
    startsAt: NOW + 5 * MINUTE,
    endsAt: NOW + 9 * MINUTE,
  })
})

test('a past end resolves', () => {
  expect(decided(open(-5, 60, true), reported(-5, -1))).toEqual({
    type: 'resolve',
    startsAt: NOW - 5 * MINUTE,
    endsAt: NOW - MINUTE,
  })
  expect(decided(open(-5, 60, true), reported(-9, -8))).toEqual({
    type: 'resolve',
    startsAt: NOW - 9 * MINUTE,
    endsAt: NOW - 8 * MINUTE,
  })
  // of two ends that have passed, the later
  expect(decided(open(-5, -1, true), reported(-4, -2))).toMatchObject({ type: 'resolve', endsAt: NOW - MINUTE })
})

test('what began after the end is a new occurrence, what began before goes on', () => {
  expect(decided(open(-5, -1, true), reported(-0.5, 5))).toEqual({ type: 'again' })
  expect(decided(open(-5, -1, true), reported(-5, 5))).toMatchObject({ type: 'repeat', endsAt: NOW + 5 * MINUTE })
})

test('an alert of the platform has no end until it is resolved', () => {
  const own = { startsAt: NOW - MINUTE, endsAt: null, hasGivenEnd: false }
  expect(decide(own, reported(null, null), NOW)).toMatchObject({ type: 'repeat', endsAt: null })
  expect(decide(own, reported(null, -0.1), NOW)).toMatchObject({ type: 'resolve' })
})

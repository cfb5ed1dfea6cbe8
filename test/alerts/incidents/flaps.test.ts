import { addFlap, calmAt, FLAP_WINDOW_MS, isFlapping } from '../../../src/alerts/incidents/flaps'

const MIN = 60_000
const at = (...minutes: number[]) => minutes.map(minute => minute * MIN)

test('a group that begins to fire six times within half an hour is flapping', () => {
  expect(isFlapping(false, at(1, 5, 9, 13, 17), 17 * MIN)).toBe(false)
  expect(isFlapping(false, at(1, 5, 9, 13, 17, 21), 21 * MIN)).toBe(true)
  expect(isFlapping(false, at(0, 10, 20, 28, 30, 31), 31 * MIN)).toBe(false)
})

test('it goes on until the group has been calm for half an hour', () => {
  const flaps = at(1, 5, 9, 13, 17, 21)
  expect(isFlapping(true, flaps, 50 * MIN)).toBe(true)
  expect(isFlapping(true, flaps, 51 * MIN)).toBe(false)
  expect(calmAt(flaps)).toBe(51 * MIN)
  expect(isFlapping(true, addFlap(flaps, 50 * MIN), 79 * MIN)).toBe(true)
})

test('only what counts is kept', () => {
  let flaps: number[] = []
  for (let minute = 0; minute < 100; minute++) flaps = addFlap(flaps, minute * MIN)
  expect(flaps).toEqual(at(94, 95, 96, 97, 98, 99))
  expect(addFlap(flaps, 99 * MIN + FLAP_WINDOW_MS)).toEqual([99 * MIN + FLAP_WINDOW_MS])
})

import { holesIn, planOf } from '../../../src/agents/metrics/tiers'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOW = Date.parse('2026-11-30T10:07:13.456Z')

test.each([
  [15 * MINUTE_MS, 1_000, 'samples', 1],
  [HOUR_MS, 1_000, 'samples', 5],
  [6 * HOUR_MS, 1_000, 'minutes', 60],
  [24 * HOUR_MS, 1_000, 'minutes', 120],
  [24 * HOUR_MS, 300, 'minutes', 300],
  [7 * 24 * HOUR_MS, 1_000, 'ten_minutes', 1_200],
  [90 * 24 * HOUR_MS, 1_000, 'ten_minutes', 14_400],
])('%i ms in at most %i points come from %s, each of %i s', (length, points, source, seconds) => {
  const plan = planOf(NOW - length, NOW, points)
  expect(plan).toMatchObject({ source, stepMs: seconds * 1_000 })
})

test('there are never more points than asked for', () => {
  for (let length = 1; length < 3_000 * 24 * HOUR_MS; length = Math.ceil(length * 1.37))
    for (const points of [1, 2, 3, 60, 300, 1_000]) {
      const { stepMs, first, last } = planOf(NOW - length, NOW, points)
      // a period over a boundary of any step needs two
      expect((last - first) / stepMs + 1).toBeLessThanOrEqual(Math.max(2, points))
      expect(first).toBeLessThanOrEqual(NOW - length)
      expect(last + stepMs).toBeGreaterThan(NOW)
    }
})

describe('holes', () => {
  /** Times that are so far apart. */
  const apart = (...distances: number[]) => {
    let at = 0
    return [0, ...distances.map(by => (at += by))]
  }

  it('are found where the distance is unusual for the points around', () => {
    expect(holesIn(apart(5, 5, 20, 5, 5), 1)).toEqual([2])
    expect(holesIn(apart(5, 5, 600), 1)).toEqual([2])
    expect(holesIn(apart(5, 5, 5, 5), 1)).toEqual([])
    expect(holesIn([], 1)).toEqual([])
    expect(holesIn([0], 1)).toEqual([])
  })

  it('are not seen where an agent measures less often for a while', () => {
    expect(holesIn(apart(1, 1, 1, 5, 5, 5), 1)).toEqual([])
    expect(holesIn(apart(5, 10, 20, 30, 30, 30), 1)).toEqual([])
    expect(holesIn(apart(30, 30, 5, 5, 1, 1), 1)).toEqual([])
  })

  it('are never shorter than a point and a half', () => {
    expect(holesIn(apart(1, 1, 12, 1), 10)).toEqual([])
    expect(holesIn(apart(60, 60, 120, 60), 60)).toEqual([])
    expect(holesIn(apart(60, 60, 180, 60), 60)).toEqual([2])
  })
})

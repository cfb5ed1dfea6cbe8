import fc from 'fast-check'
import { BOUNDS, percentileOf, sumOf } from '../../../src/monitors/history/histogram'

/** As PostgreSQL's `width_bucket` counts. */
function count(values: readonly number[]) {
  const counts = Array.from({ length: BOUNDS.length + 1 }, () => 0)
  for (const value of values) {
    const bucket = BOUNDS.filter(bound => bound <= value).length
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  return counts
}

test('a percentile is in the same bucket as the exact one', () => {
  const values = fc.array(fc.double({ min: 0.6, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99), (all, share) => {
      const sorted = [...all].sort((a, b) => a - b)
      const exact = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] ?? 0
      const found = percentileOf(count(all), share) ?? 0
      expect(found / exact).toBeGreaterThan(1 / 1.13)
      expect(found / exact).toBeLessThan(1.13)
    }),
  )
})

test('nothing counted has no percentile, and sums count all', () => {
  expect(percentileOf(count([]), 0.5)).toBeNull()
  expect(sumOf([count([1, 20]), count([20]), []])).toEqual(count([1, 20, 20]))
})

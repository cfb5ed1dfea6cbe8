import fc from 'fast-check'
import { isAtEnd, windowOf } from '../../public/components/row-window'

const ROW_PX = 20

test('a window covers the rows in view and stays small', () => {
  fc.assert(
    fc.property(fc.nat(3_000_000), fc.nat(3_000), fc.nat(200_000), (top, height, count) => {
      const { start, end } = windowOf({ scrollTop: top, clientHeight: height }, count, ROW_PX)
      expect(start).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(count)
      expect(end - start).toBeLessThanOrEqual(height / ROW_PX + 60)
      const lastTop = Math.max(0, count * ROW_PX - height)
      const first = Math.floor(Math.min(top, lastTop) / ROW_PX)
      const last = Math.min(count, Math.ceil((Math.min(top, lastTop) + height) / ROW_PX))
      expect(start).toBeLessThanOrEqual(first)
      expect(end).toBeGreaterThanOrEqual(last)
    }),
  )
})

test('the end is in view with a tolerance of one row', () => {
  expect(isAtEnd({ scrollTop: 380, clientHeight: 600, scrollHeight: 1_000 }, ROW_PX)).toBe(true)
  expect(isAtEnd({ scrollTop: 379, clientHeight: 600, scrollHeight: 1_000 }, ROW_PX)).toBe(false)
})

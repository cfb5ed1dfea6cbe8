import { newId } from '../../../src/base/ids'
import { nextSlot, phaseOf } from '../../../src/monitors/schedule/slots'

const INTERVAL = 10_000
const ids = Array.from({ length: 1_000 }, newId)

test('monitors are spread evenly over their interval', () => {
  const perSecond = Array.from({ length: 10 }, () => 0)
  for (const id of ids) {
    const second = Math.floor(phaseOf(id, INTERVAL) / 1_000)
    perSecond[second] = (perSecond[second] ?? 0) + 1
  }
  expect(Math.max(...perSecond)).toBeLessThan(150)
  expect(Math.min(...perSecond)).toBeGreaterThan(60)
})

test('a monitor keeps its phase, whenever it is asked', () => {
  const [id = ''] = ids
  const phase = phaseOf(id, INTERVAL)
  const first = nextSlot(phase, INTERVAL, 1_800_000_000_123)
  expect(first).toBeGreaterThan(1_800_000_000_123)
  expect(first - 1_800_000_000_123).toBeLessThanOrEqual(INTERVAL)
  expect(nextSlot(phase, INTERVAL, first)).toBe(first + INTERVAL)
  expect(nextSlot(phase, INTERVAL, first - 1)).toBe(first)
  expect(nextSlot(phase, INTERVAL, first + 5 * INTERVAL + 1)).toBe(first + 6 * INTERVAL)
})

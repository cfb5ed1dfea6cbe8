import type { LoadedMonitor } from '../../../src/monitors/schedule/load-store'
import { Scheduled } from '../../../src/monitors/schedule/scheduled'

const START = Date.parse('2026-11-15T12:00:00Z')
beforeEach(() => jest.useFakeTimers({ now: START }))
afterEach(() => jest.useRealTimers())

const monitor = {
  ...{ id: '019a0000-0000-7000-8000-000000000001', type: 'push', interval_seconds: 60 },
  ...{ settings: { grace_seconds: 5 }, created_at: new Date(START), checked_at: null },
} as unknown as LoadedMonitor

function schedule(each: LoadedMonitor) {
  const due: number[] = []
  const scheduled = new Scheduled(each, {
    now: () => Date.now(),
    onDue(self) {
      due.push(Date.now() - START)
      self.wait()
    },
  })
  scheduled.wait()
  return { due, stop: () => scheduled.stop() }
}

test('a heartbeat is looked for when it is overdue, and again each second as long as nothing is known of it', () => {
  const { due, stop } = schedule(monitor)
  jest.advanceTimersByTime(64_999)
  expect(due).toEqual([])
  jest.advanceTimersByTime(3_001)
  expect(due).toEqual([65_000, 66_000, 67_000, 68_000])
  stop()
})

test('a monitor is due at its phase in each interval, also after the clock was set back', () => {
  const { due, stop } = schedule({ ...monitor, type: 'http', interval_seconds: 10 } as LoadedMonitor)
  jest.advanceTimersByTime(30_000)
  expect(due).toHaveLength(3)
  expect(new Set(due.map(at => at % 10_000)).size).toBe(1)
  jest.setSystemTime(START)
  jest.advanceTimersByTime(30_000)
  const again = due.slice(3)
  expect(new Set(due.map(at => at % 10_000)).size).toBe(1)
  expect(again.length).toBeGreaterThan(0)
  stop()
})

import type { Clock } from '../../../load/fleet/clock'

interface Timer {
  ms: number
  call: () => void
}

/** A clock that only moves when a test advances it. */
export class TestClock implements Clock {
  private now = Date.UTC(2026, 8, 1, 10)
  private readonly timers = new Set<Timer>()
  private readonly hopes = new Set<{ ms: number; found: (timer: Timer) => void }>()

  nowMs() {
    return this.now
  }

  after(ms: number, call: () => void) {
    const timer = { ms, call }
    this.timers.add(timer)
    for (const hope of this.hopes) {
      if (hope.ms !== ms) continue
      this.hopes.delete(hope)
      hope.found(timer)
    }
    return () => this.timers.delete(timer)
  }

  /** Waits until something sleeps for exactly this long, and wakes only that. */
  async pass(ms: number) {
    const waiting = [...this.timers].find(timer => timer.ms === ms)
    const timer = waiting ?? (await new Promise<Timer>(found => this.hopes.add({ ms, found })))
    this.timers.delete(timer)
    this.now += ms
    timer.call()
  }

  /** Whether something is sleeping for this long. */
  waits(ms: number) {
    return [...this.timers].some(timer => timer.ms === ms)
  }
}

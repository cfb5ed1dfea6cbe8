import type { LoadedMonitor } from './load-store'
import { deadlineOf } from './next-check'
import { nextSlot, phaseOf } from './slots'

/** Timers cannot wait longer. */
const TIMER_MS_MAX = 24 * 3_600_000
/** Between two looks for a heartbeat that is overdue, such as while PostgreSQL is away. */
const LOOK_MS = 1_000

interface Deps {
  /** Called when it is due. @param dueAt ms */
  onDue(scheduled: Scheduled, dueAt: number): void
  now(): number
}

/** A monitor that this process checks, with its timer. */
export class Scheduled {
  private timer: NodeJS.Timeout | undefined
  /** A check of it runs or waits to run. */
  isBusy = false
  /** While it waits to run: takes it back. */
  giveUp: (() => boolean) | undefined

  constructor(
    public monitor: LoadedMonitor,
    private readonly deps: Deps,
  ) {}

  /** Waits for the next time that it is due. */
  wait() {
    const dueAt = this.nextDue()
    if (dueAt !== undefined) this.waitFor(dueAt)
  }

  stop() {
    clearTimeout(this.timer)
  }

  /** The latest time at which it was due and has not been checked; undefined if there is none. Not for push monitors. */
  overdueSince(): number | undefined {
    const { monitor, deps } = this
    if (monitor.type === 'push') return undefined
    const latest = this.slotAfter(deps.now()) - this.intervalMs
    if (monitor.checked_at && monitor.checked_at.getTime() >= latest) return undefined
    return monitor.due_at && monitor.due_at.getTime() >= latest ? undefined : latest
  }

  get intervalMs() {
    return this.monitor.interval_seconds * 1_000
  }

  slotAfter(instant: number): number {
    return nextSlot(phaseOf(this.monitor.id, this.intervalMs), this.intervalMs, instant)
  }

  private nextDue(): number | undefined {
    const now = this.deps.now()
    if (this.monitor.type !== 'push') return this.slotAfter(now)
    const deadline = deadlineOf(this.monitor)?.getTime()
    return deadline !== undefined && deadline <= now ? now + LOOK_MS : deadline
  }

  private waitFor(dueAt: number) {
    clearTimeout(this.timer)
    const wait = dueAt - this.deps.now()
    const fire = () => {
      // the clock was set back, or the wait was longer than a timer can wait
      if (this.deps.now() < dueAt) return this.wait()
      this.deps.onDue(this, dueAt)
    }
    this.timer = setTimeout(fire, Math.min(Math.max(wait, 0), TIMER_MS_MAX))
    this.timer.unref()
  }
}

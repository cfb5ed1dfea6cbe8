import type { TimeInterval } from '../../contract/alert-routes'
import { type Calendar, calendarOf } from './calendar'

/** Nothing is looked up further ahead; by then it is to be asked again. */
const HORIZON_MS = 400 * 24 * 60 * 60_000

/** Whether it contains a time, and until when that stays so, in ms. */
export interface IntervalState {
  isOpen: boolean
  until: number
}

/** A time interval of the configuration: it contains what any of its entries contains. */
export class NamedInterval {
  private readonly calendars: Calendar[]
  private known = { since: 0, isOpen: false, until: 0 }

  constructor(
    readonly name: string,
    entries: readonly TimeInterval[],
  ) {
    this.calendars = entries.map(calendarOf)
  }

  /** @param now ms */
  at(now: number): IntervalState {
    if (now < this.known.since || now >= this.known.until)
      this.known = { since: now, isOpen: this.contains(now), until: this.changeAfter(now) }
    return this.known
  }

  private contains(instant: number) {
    return this.calendars.some(calendar => calendar.contains(instant))
  }

  private changeAfter(now: number): number {
    const isOpen = this.contains(now)
    const horizon = now + HORIZON_MS
    let at = now
    while (at < horizon) {
      const from = at
      at = Math.min(...this.calendars.map(calendar => calendar.changeBetween(from, horizon) ?? horizon), horizon)
      if (this.contains(at) !== isOpen) return at
    }
    return horizon
  }
}

import type { WatchedMonitor } from './preview-store'

/** A time in which a rule would have fired for a monitor, in ms since 1970. */
export interface Firing {
  monitor: WatchedMonitor
  from: number
  /** Null: it would fire now. */
  to: number | null
}

/** How many are kept; all are counted. */
const KEPT_MAX = 100

/** When a rule would have fired: the first hundred, and how often. */
export class Firings {
  count = 0
  #first: Firing[] = []

  add(firing: Firing): void {
    this.count++
    this.#first.push(firing)
    if (this.#first.length >= 2 * KEPT_MAX) this.#first = this.first()
  }

  /** In order of time. */
  first(): Firing[] {
    return this.#first.sort((a, b) => a.from - b.from).slice(0, KEPT_MAX)
  }
}

/** How many have a value. */
export interface Count {
  value: string
  count: number
}

/** Further values are not counted. */
const VALUES_MAX = 10_000

/** Counts by value, up to a number of different ones. */
export class Counter {
  readonly #counts = new Map<string, number>()
  /** How many were counted. */
  total = 0

  add(value: string): void {
    const count = this.#counts.get(value)
    if (count === undefined && this.#counts.size >= VALUES_MAX) return
    this.#counts.set(value, (count ?? 0) + 1)
    this.total++
  }

  /** The most common values. */
  top(limit = Number.POSITIVE_INFINITY): Count[] {
    const counts = [...this.#counts].map(([value, count]) => ({ value, count }))
    return counts.sort(byCount).slice(0, limit)
  }
}

const byCount = (a: Count, b: Count) => b.count - a.count || (a.value < b.value ? -1 : 1)

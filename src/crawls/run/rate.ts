const WINDOW_MS = 10_000

/** Pages per second over the last ten seconds. */
export class Rate {
  private readonly samples: { at: number; fetched: number }[] = []

  /** @param at ms of any clock that only moves on */
  add(at: number, fetched: number) {
    this.samples.push({ at, fetched })
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) >= WINDOW_MS) this.samples.shift()
  }

  get perSecond(): number {
    const first = this.samples.at(0)
    const last = this.samples.at(-1)
    if (!first || !last || last.at === first.at) return 0
    return Math.max(0, ((last.fetched - first.fetched) * 1_000) / (last.at - first.at))
  }
}

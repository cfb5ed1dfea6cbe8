/** Latencies of the last so many milliseconds, in order of time and of size. */
export class LatencyWindow {
  readonly #times: { at: number; ms: number }[] = []
  readonly #sorted: number[] = []
  #first = 0

  constructor(private readonly lengthMs: number) {}

  get size(): number {
    return this.#sorted.length
  }

  /** Removes what is `lengthMs` old, or older. */
  moveTo(now: number): void {
    for (let oldest = this.#times[this.#first]; oldest && oldest.at <= now - this.lengthMs; ) {
      this.#sorted.splice(this.#placeOf(oldest.ms), 1)
      oldest = this.#times[++this.#first]
    }
    if (this.#first > this.#times.length / 2) this.#first -= this.#times.splice(0, this.#first).length
  }

  add(at: number, ms: number): void {
    this.#times.push({ at, ms })
    this.#sorted.splice(this.#placeOf(ms), 0, ms)
  }

  /**
   * The smallest latency that at least this share is not above, as `percentile_disc` of PostgreSQL.
   * @param percent above 0, at most 100
   */
  percentile(percent: number): number {
    return this.#sorted[Math.ceil((percent / 100) * this.size) - 1] ?? 0
  }

  /** The index of the first latency that is not below. */
  #placeOf(ms: number): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sorted[middle] as number) < ms) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** How long a container may log faster than its rate. */
const BURST_SECONDS = 10

/** A token bucket. By the lines' own times, so that catching up after an interruption is no flood. */
export class Rate {
  #tokens: number | undefined
  #at = 0

  take(perSecond: number, at: number): boolean {
    const most = perSecond * BURST_SECONDS
    const passed = Math.max(0, at - this.#at) / 1_000
    this.#tokens = Math.min(most, (this.#tokens ?? most) + passed * perSecond)
    this.#at = Math.max(this.#at, at)
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}

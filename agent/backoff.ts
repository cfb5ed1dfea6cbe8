/** Waits after failures: each about twice the one before, with jitter so that many agents do not come at once. */
export class Backoff {
  #failures = 0

  constructor(
    private readonly firstMs: number,
    private readonly mostMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Milliseconds to wait before the next attempt: from half to all of the step. */
  next(): number {
    const step = Math.min(this.mostMs, this.firstMs * 2 ** Math.min(this.#failures, 30))
    this.#failures++
    return Math.round(step * (0.5 + this.random() / 2))
  }

  reset(): void {
    this.#failures = 0
  }
}

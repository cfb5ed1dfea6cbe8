/** Limits how much is done at the same time for one key, such as a tenant; what exceeds it is refused, not queued. */
export class ParallelLimit {
  readonly #running = new Map<string, number>()

  /** @param refusal the error for what exceeds `max` */
  constructor(
    private readonly max: number,
    private readonly refusal: (max: number) => Error,
  ) {}

  /** @throws the refusal, or whatever `work` throws */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const count = this.#running.get(key) ?? 0
    if (count >= this.max) throw this.refusal(this.max)
    this.#running.set(key, count + 1)
    try {
      return await work()
    } finally {
      const left = (this.#running.get(key) ?? 1) - 1
      if (left > 0) this.#running.set(key, left)
      else this.#running.delete(key)
    }
  }
}

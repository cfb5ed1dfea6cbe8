import { Problem } from '../../base/errors'

interface Waiting {
  bytes: number
  start(): void
}

/** Limits the bytes that are processed at once. Other work waits for its turn, for a limited time. */
export class ByteLimiter {
  private used = 0
  private readonly waiting = new Set<Waiting>()

  constructor(
    private readonly bytesMax: number,
    private readonly timeoutMs: number,
  ) {}

  /**
   * Runs `work` when its bytes fit. Work that is larger than the limit runs alone.
   * @throws Problem 503 if it does not finish in time. It may finish later, and counts until then.
   */
  run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const start = () => {
        this.waiting.delete(turn)
        this.used += bytes
        const done = work().finally(() => {
          clearTimeout(timer)
          this.used -= bytes
          this.admit()
        })
        done.then(resolve, reject)
      }
      const turn = { bytes, start }
      const timer = setTimeout(() => {
        this.waiting.delete(turn)
        const detail = `Not stored within ${this.timeoutMs} ms: the database is down or overloaded. Send it again.`
        reject(new Problem(503, 'overloaded', detail))
      }, this.timeoutMs)
      this.waiting.add(turn)
      this.admit()
    })
  }

  /** Starts work in order of arrival. */
  private admit() {
    for (const { bytes, start } of this.waiting) {
      if (this.used > 0 && this.used + bytes > this.bytesMax) return
      start()
    }
  }
}

import { Problem } from '../../base/errors'

interface Waiting {
  bytes: number
  go(): void
}

/** So many bytes may be under way at once; what is more waits for its turn, for a while. */
export class Room {
  private used = 0
  private readonly waiting = new Set<Waiting>()

  constructor(
    private readonly bytesMax: number,
    private readonly patienceMs: number,
  ) {}

  /**
   * Does a work when there is room for it; something larger than the room goes alone.
   * @throws Problem 503 when it is not done in time. It may be done later; its room is taken until then.
   */
  use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const go = () => {
        this.waiting.delete(turn)
        this.used += bytes
        const done = work().finally(() => {
          clearTimeout(timer)
          this.used -= bytes
          this.admit()
        })
        done.then(resolve, reject)
      }
      const turn = { bytes, go }
      const timer = setTimeout(() => {
        this.waiting.delete(turn)
        const detail = `Not stored within ${this.patienceMs} ms: the database is away or overloaded. Send it again.`
        reject(new Problem(503, 'overloaded', detail))
      }, this.patienceMs)
      this.waiting.add(turn)
      this.admit()
    })
  }

  /** In the order in which they came. */
  private admit() {
    for (const { bytes, go } of this.waiting) {
      if (this.used > 0 && this.used + bytes > this.bytesMax) return
      go()
    }
  }
}

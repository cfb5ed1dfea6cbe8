import { AgentGone, Refusal } from './refusal'

/** Bytes that are taken until they are given back. */
export interface Hold {
  /** Gives back what turned out not to be needed. */
  shrink(bytes: number): void
  release(): void
}

interface Waiting {
  bytes: number
  admit(): void
}

/** Bounds how many bytes are held at once. Whoever asks for more than is free waits, in order. */
export class Budget {
  readonly bytesMax: number
  #used = 0
  readonly #waiting = new Set<Waiting>()

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  get used() {
    return this.#used
  }

  get waiting() {
    return this.#waiting.size
  }

  /**
   * @param bytes at most `bytesMax`
   * @param gone aborted when nobody waits any more
   * @throws Refusal 503 after `waitMs`, AgentGone
   */
  async take(bytes: number, waitMs: number, gone: AbortSignal): Promise<Hold> {
    const wanted = Math.min(bytes, this.bytesMax)
    if (this.#waiting.size || this.#used + wanted > this.bytesMax) await this.#wait(wanted, waitMs, gone)
    else this.#used += wanted
    return this.#hold(wanted)
  }

  #wait(bytes: number, waitMs: number, gone: AbortSignal): Promise<void> {
    if (gone.aborted) return Promise.reject(new AgentGone())
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting)
        clearTimeout(timer)
        gone.removeEventListener('abort', leave)
      }
      const fail = (error: Error) => {
        end()
        reject(error)
        this.#admit() // those behind may be smaller
      }
      const leave = () => fail(new AgentGone())
      const timer = setTimeout(() => fail(new Refusal(503, 'Too much is being delivered at the moment.')), waitMs)
      const waiting: Waiting = {
        bytes,
        admit: () => {
          end()
          this.#used += bytes
          resolve()
        },
      }
      gone.addEventListener('abort', leave)
      this.#waiting.add(waiting)
    })
  }

  #hold(taken: number): Hold {
    let held = taken
    const shrink = (bytes: number) => {
      if (bytes >= held) return
      this.#used -= held - bytes
      held = bytes
      this.#admit()
    }
    return { shrink, release: () => shrink(0) }
  }

  #admit() {
    for (const waiting of this.#waiting) {
      if (this.#used + waiting.bytes > this.bytesMax) return
      waiting.admit()
    }
  }
}

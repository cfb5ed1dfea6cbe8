import { AgentGone, Refusal } from './refusal'

/** Bytes that are taken until they are given back. */
export interface Hold {
  /** How many they are. */
  readonly bytes: number
  /**
   * Takes more, up to so many in all.
   * @returns nothing when there is room; else a promise of it
   * @throws Refusal 503 after `waitMs`, AgentGone
   */
  grow(bytes: number, waitMs: number, gone: AbortSignal): Promise<void> | undefined
  /** Gives back what turned out not to be needed. */
  shrink(bytes: number): void
  release(): void
}

interface Waiting {
  bytes: number
  /** What is to grow. */
  hold: Hold | undefined
  admit(): void
}

/**
 * Bounds how many bytes are held at once. Whoever asks for more than is free waits, in order. Only the oldest hold never
 * waits to grow, even if that overdraws: else several that have each a part could wait for each other.
 */
export class Budget {
  readonly bytesMax: number
  #used = 0
  readonly #holds = new Set<Hold>()
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
    if (this.#waiting.size || !this.#fits(wanted)) await this.#wait(wanted, undefined, waitMs, gone)
    else this.#used += wanted
    return this.#hold(wanted)
  }

  #fits = (bytes: number) => this.#used + bytes <= this.bytesMax

  #isOldest(hold: Hold | undefined): boolean {
    const [oldest] = this.#holds
    return hold !== undefined && hold === oldest
  }

  #wait(bytes: number, hold: Hold | undefined, waitMs: number, gone: AbortSignal): Promise<void> {
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
        hold,
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
    const hold: Hold = {
      get bytes() {
        return held
      },
      grow: (bytes, waitMs, gone) => {
        const more = bytes - held
        const grown = () => {
          held = bytes
        }
        if (!this.#isOldest(hold) && (this.#waiting.size || !this.#fits(more)))
          return this.#wait(more, hold, waitMs, gone).then(grown)
        this.#used += more
        grown()
      },
      shrink,
      release: () => {
        this.#holds.delete(hold)
        shrink(0)
        this.#admit() // another one is the oldest now
      },
    }
    this.#holds.add(hold)
    return hold
  }

  #admit() {
    for (const waiting of this.#waiting) if (this.#isOldest(waiting.hold)) waiting.admit()
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.bytes)) return
      waiting.admit()
    }
  }
}

import { AgentDisconnected, Refusal } from './refusal'

/** Units of a semaphore, held until they are released. */
export interface Permit {
  readonly units: number
  /**
   * Acquires more, up to `units` in total.
   * @returns undefined if they are free, otherwise a promise that resolves when they are acquired
   * @throws Refusal 503 after `waitMs`, AgentDisconnected
   */
  grow(units: number, waitMs: number, disconnected: AbortSignal): Promise<void> | undefined
  /** Releases all but `units`. */
  shrink(units: number): void
  release(): void
}

interface Waiting {
  units: number
  /** The permit to grow; undefined for a new one. */
  permit: Permit | undefined
  admit(): void
}

/**
 * A weighted semaphore. Requests for more than is free wait in order. The oldest permit never waits to grow, even above
 * the limit: otherwise permits that each hold a part could deadlock.
 */
export class Semaphore {
  readonly unitsMax: number
  #used = 0
  readonly #permits = new Set<Permit>()
  readonly #waiting = new Set<Waiting>()

  constructor(unitsMax: number) {
    this.unitsMax = unitsMax
  }

  get used() {
    return this.#used
  }

  get waiting() {
    return this.#waiting.size
  }

  /**
   * @param units at most `unitsMax` are acquired
   * @param disconnected aborted when the agent disconnects
   * @throws Refusal 503 after `waitMs`, AgentDisconnected
   */
  async acquire(units: number, waitMs: number, disconnected: AbortSignal): Promise<Permit> {
    const wanted = Math.min(units, this.unitsMax)
    if (this.#waiting.size || !this.#fits(wanted)) await this.#wait(wanted, undefined, waitMs, disconnected)
    else this.#used += wanted
    return this.#permit(wanted)
  }

  #fits = (units: number) => this.#used + units <= this.unitsMax

  #isOldest(permit: Permit | undefined): boolean {
    const [oldest] = this.#permits
    return permit !== undefined && permit === oldest
  }

  #wait(units: number, permit: Permit | undefined, waitMs: number, disconnected: AbortSignal): Promise<void> {
    if (disconnected.aborted) return Promise.reject(new AgentDisconnected())
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting)
        clearTimeout(timer)
        disconnected.removeEventListener('abort', leave)
      }
      const fail = (error: Error) => {
        end()
        reject(error)
        this.#admit() // later requests may be smaller
      }
      const leave = () => fail(new AgentDisconnected())
      const timer = setTimeout(
        () => fail(new Refusal(503, 'The server is receiving too much data. Try again soon.')),
        waitMs,
      )
      const waiting: Waiting = {
        units,
        permit,
        admit: () => {
          end()
          this.#used += units
          resolve()
        },
      }
      disconnected.addEventListener('abort', leave)
      this.#waiting.add(waiting)
    })
  }

  #permit(acquired: number): Permit {
    let held = acquired
    const shrink = (units: number) => {
      if (units >= held) return
      this.#used -= held - units
      held = units
      this.#admit()
    }
    const permit: Permit = {
      get units() {
        return held
      },
      grow: (units, waitMs, disconnected) => {
        const more = units - held
        const grown = () => {
          held = units
        }
        if (!this.#isOldest(permit) && (this.#waiting.size || !this.#fits(more)))
          return this.#wait(more, permit, waitMs, disconnected).then(grown)
        this.#used += more
        grown()
      },
      shrink,
      release: () => {
        this.#permits.delete(permit)
        shrink(0)
        this.#admit() // another permit is the oldest now
      },
    }
    this.#permits.add(permit)
    return permit
  }

  #admit() {
    for (const waiting of this.#waiting) if (this.#isOldest(waiting.permit)) waiting.admit()
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.units)) return
      waiting.admit()
    }
  }
}

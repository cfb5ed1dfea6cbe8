import { FREE_BYTES, HELD_BYTES_MAX, INFLATING_UNAUTHENTICATED_MAX, SMALL_BYTES_MAX, WAIT_MS_MAX } from './limits'
import { type Permit, Semaphore } from './semaphore'

export type Sender = 'authenticated' | 'unauthenticated'

const poolsOf = ({ small, large }: { small: number; large: number }) => ({
  small: new Semaphore(small),
  large: new Semaphore(large),
})

/** The memory budget that the bodies of all requests share, in bytes. */
export class BodyMemory {
  readonly #pools = {
    authenticated: poolsOf(HELD_BYTES_MAX.authenticated),
    unauthenticated: poolsOf(HELD_BYTES_MAX.unauthenticated),
  }
  readonly inflated = new Semaphore(HELD_BYTES_MAX.authenticated.inflated)
  /** Counts requests rather than bytes. */
  readonly inflatingUnauthenticated = new Semaphore(INFLATING_UNAUTHENTICATED_MAX)

  /** @param announced size of the whole body in bytes */
  poolFor(sender: Sender, announced: number): Semaphore {
    const { small, large } = this.#pools[sender]
    return announced <= SMALL_BYTES_MAX ? small : large
  }

  /** Bytes currently held. */
  get used() {
    const pools = [...Object.values(this.#pools.authenticated), ...Object.values(this.#pools.unauthenticated)]
    return [...pools, this.inflated].reduce((sum, pool) => sum + pool.used, 0)
  }
}

/** The memory that one body holds in a pool: for the bytes that have arrived, not for all that were announced. */
export class Reservation {
  readonly #bytesMax: number
  readonly #disconnected: AbortSignal
  #pool: Semaphore
  #bytes = 0
  #permit: Permit | undefined
  #isReleased = false

  /** @param disconnected aborted when the agent disconnects */
  constructor(pool: Semaphore, bytesMax: number, disconnected: AbortSignal) {
    this.#pool = pool
    this.#bytesMax = bytesMax
    this.#disconnected = disconnected
  }

  /** Counts bytes without waiting for memory, because their sender is about to be authenticated. */
  count(bytes: number): void {
    this.#bytes += bytes
  }

  /**
   * @returns undefined if there is memory, otherwise a promise that resolves when there is
   * @throws Refusal 503, AgentDisconnected
   */
  add(bytes: number): Promise<void> | undefined {
    this.count(bytes)
    if (this.#bytes <= Math.max(FREE_BYTES, this.#permit?.units ?? 0)) return undefined
    const wanted = Math.min(this.#bytesMax, 2 * this.#bytes) // doubled, so that few chunks have to wait
    return this.#permit ? this.#permit.grow(wanted, WAIT_MS_MAX, this.#disconnected) : this.#acquire(wanted)
  }

  /** Moves its bytes to another pool. @throws Refusal 503, AgentDisconnected */
  async move(pool: Semaphore): Promise<void> {
    const before = this.#permit
    this.#pool = pool
    if (this.#bytes > FREE_BYTES) await this.#acquire(this.#bytes)
    before?.release()
  }

  /** Releases what was acquired in advance. */
  settle(): void {
    this.#permit?.shrink(this.#bytes)
  }

  release(): void {
    this.#isReleased = true
    this.#permit?.release()
  }

  async #acquire(bytes: number): Promise<void> {
    const permit = await this.#pool.acquire(bytes, WAIT_MS_MAX, this.#disconnected)
    if (this.#isReleased) permit.release()
    this.#permit = permit
  }
}

import { Budget, type Hold } from './budget'
import { FREE_BYTES, HELD_BYTES_MAX, INFLATING_STRANGERS_MAX, SMALL_BYTES_MAX, WAIT_MS_MAX } from './limits'

/** The room that the bodies of all requests share. */
export class Rooms {
  readonly #hosts = {
    small: new Budget(HELD_BYTES_MAX.hosts.small),
    large: new Budget(HELD_BYTES_MAX.hosts.large),
  }
  readonly #strangers = {
    small: new Budget(HELD_BYTES_MAX.strangers.small),
    large: new Budget(HELD_BYTES_MAX.strangers.large),
  }
  readonly inflated = new Budget(HELD_BYTES_MAX.hosts.inflated)
  /** Turns, not bytes. */
  readonly inflatingStrangers = new Budget(INFLATING_STRANGERS_MAX)

  /** @param announced bytes of the whole body */
  of(who: 'hosts' | 'strangers', announced: number): Budget {
    const rooms = who === 'hosts' ? this.#hosts : this.#strangers
    return announced <= SMALL_BYTES_MAX ? rooms.small : rooms.large
  }

  /** Bytes that are held. */
  get used() {
    const rooms = [...Object.values(this.#hosts), ...Object.values(this.#strangers), this.inflated]
    return rooms.reduce((sum, room) => sum + room.used, 0)
  }
}

/** What one body takes of a room: as much as has come, not what was announced. Whoever sends nothing keeps nobody from it. */
export class Account {
  readonly #bytesMax: number
  readonly #gone: AbortSignal
  #room: Budget
  #bytes = 0
  #hold: Hold | undefined
  #isReleased = false

  /** @param gone aborted when the agent hangs up */
  constructor(room: Budget, bytesMax: number, gone: AbortSignal) {
    this.#room = room
    this.#bytesMax = bytesMax
    this.#gone = gone
  }

  /** Counts bytes that need no room yet, because it becomes known right now whose they are. */
  count(bytes: number): void {
    this.#bytes += bytes
  }

  /**
   * @returns nothing when there is room; else a promise of it
   * @throws Refusal 503, AgentGone
   */
  add(bytes: number): Promise<void> | undefined {
    this.count(bytes)
    if (this.#bytes <= Math.max(FREE_BYTES, this.#hold?.bytes ?? 0)) return undefined
    const wanted = Math.min(this.#bytesMax, 2 * this.#bytes) // so that few chunks have to ask
    return this.#hold ? this.#hold.grow(wanted, WAIT_MS_MAX, this.#gone) : this.#enter(wanted)
  }

  /** From now on its bytes count in another room. @throws Refusal 503, AgentGone */
  async move(room: Budget): Promise<void> {
    const before = this.#hold
    this.#room = room
    if (this.#bytes > FREE_BYTES) await this.#enter(this.#bytes)
    before?.release()
  }

  /** Gives back what was taken ahead. */
  settle(): void {
    this.#hold?.shrink(this.#bytes)
  }

  release(): void {
    this.#isReleased = true
    this.#hold?.release()
  }

  async #enter(bytes: number): Promise<void> {
    const hold = await this.#room.take(bytes, WAIT_MS_MAX, this.#gone)
    if (this.#isReleased) hold.release()
    this.#hold = hold
  }
}

import { hash } from 'node:crypto'
import type { Line } from './lines'

/**
 * Engines do not sort lines of the two streams exactly, and Podman's times have whole seconds. So what was read in the last
 * second before an interruption is read again, and recognized.
 */
const OVERLAP_MS = 1_000
/** Lines that are remembered at most: of a container that logs more, the overlap is shorter. */
const RECENT_MAX = 20_000

/** How far the lines of a container have been taken over, without a gap and without doing so twice. */
export class Position {
  #at: number
  /** Lines of the overlap by time and hash, with how often they came. */
  readonly #recent = new Map<string, { at: number; count: number }>()
  /** Lines that the engine is about to send again. */
  #again = new Map<string, number>()
  /** Before this, it is not known what was read. */
  #floor = 0

  /** @param at when reading begins; 0 if nothing is known of the container */
  constructor(at: number) {
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  /** From when the engine is to be asked, after which `isNew` knows what comes again. */
  resume(): number {
    this.#again = new Map([...this.#recent].map(([key, { count }]) => [key, count]))
    return Math.max(0, this.#at - OVERLAP_MS, this.#floor)
  }

  /** Whether a line was not taken over before the interruption. */
  isNew(line: Line): boolean {
    if (this.#again.size === 0) return true
    if (line.at < Math.max(this.#at - OVERLAP_MS, this.#floor)) return false
    const key = keyOf(line)
    const left = this.#again.get(key) ?? 0
    if (left === 0) return true
    if (left === 1) this.#again.delete(key)
    else this.#again.set(key, left - 1)
    return false
  }

  took(line: Line): void {
    if (line.at > this.#at) {
      this.#at = line.at
      this.#forget()
    }
    const key = keyOf(line)
    this.#recent.set(key, { at: line.at, count: (this.#recent.get(key)?.count ?? 0) + 1 })
  }

  /** Older lines come first in the map. */
  #forget(): void {
    for (const [key, { at }] of this.#recent) {
      const isOver = this.#recent.size > RECENT_MAX
      if (at >= this.#at - OVERLAP_MS && !isOver) break
      if (isOver) this.#floor = Math.max(this.#floor, at + 1)
      this.#recent.delete(key)
    }
  }

  toJson(): SavedPosition {
    return { at: this.#at, recent: [...this.#recent].map(([key, { at, count }]) => [key, at, count]) }
  }

  static fromJson({ at, recent }: SavedPosition): Position {
    const position = new Position(at)
    for (const [key, when, count] of recent) position.#recent.set(key, { at: when, count })
    return position
  }
}

export interface SavedPosition {
  at: number
  recent: [key: string, at: number, count: number][]
}

const keyOf = ({ at, stream, text }: Line) =>
  `${at}${stream === 'stdout' ? 'o' : 'e'}${hash('sha1', text, 'base64url').slice(0, 12)}`

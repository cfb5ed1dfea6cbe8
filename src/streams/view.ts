import type { Filter } from './filter'
import type { Frame } from './frame'

/** How much a view keeps for readers that are slightly behind; others read the database. */
const RING_BYTES_MAX = 1024 * 1024
const RING_FRAMES_MAX = 256

/** The latest frames of a topic for one filter, shared by all readers with that filter. */
export class View {
  readerCount = 0
  private readonly ring: Frame[] = []
  private bytes = 0

  constructor(readonly filter: Filter) {}

  push(frame: Frame) {
    this.ring.push(frame)
    this.bytes += frame.bytes
    while (this.ring.length > RING_FRAMES_MAX || (this.bytes > RING_BYTES_MAX && this.ring.length > 1)) {
      this.bytes -= this.ring.shift()?.bytes ?? 0
    }
  }

  clear() {
    this.ring.length = 0
    this.bytes = 0
  }

  /** The frame that starts right after the cursor. */
  frameAfter(cursor: number): Frame | undefined {
    return this.ring.findLast(frame => frame.first === cursor + 1)
  }

  /** How far to read from the database so that the cursor ends up between two frames. */
  boundaryAfter(cursor: number, sealed: number): number {
    const holding = this.ring.findLast(frame => frame.first <= cursor + 1 && cursor < frame.last)
    if (holding) return holding.last
    const oldest = this.ring[0]
    return oldest && cursor + 1 < oldest.first ? oldest.first - 1 : sealed
  }
}

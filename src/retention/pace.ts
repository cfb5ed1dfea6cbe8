const ROWS_MAX = 1_000
const ROWS_FIRST = 500
const ROWS_MIN = 20
const SLOW_MS = 500
const QUICK_MS = 100
const PAUSE_MS_MIN = 10
const PAUSE_MS_MAX = 2_000

/** Adapts the size of batches, and the pauses between them, to the load of the database. */
export class Pace {
  /** Rows of the next batch. */
  rows = ROWS_FIRST

  /** @returns the pause in ms: as long as the batch took, so that sweeping uses at most half of the time */
  after(batchMs: number): number {
    if (batchMs > SLOW_MS) this.slower()
    else if (batchMs < QUICK_MS) this.rows = Math.min(ROWS_MAX, this.rows * 2)
    return Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, batchMs))
  }

  /** After a batch that was slow or blocked. */
  slower() {
    this.rows = Math.max(ROWS_MIN, Math.floor(this.rows / 2))
  }
}

import type { Progress } from '../lifecycle/job'

const PROGRESS_BYTES_MAX = 16 * 1024
const PAUSE_MS = 150

/** @throws RangeError if it is larger than 16 KiB */
export function checkSize(progress: Progress) {
  if (Buffer.byteLength(JSON.stringify(progress)) > PROGRESS_BYTES_MAX)
    throw new RangeError(`Progress is limited to ${PROGRESS_BYTES_MAX / 1024} KiB`)
}

/** Throttles progress: sends it at most every 150 ms, and always the last value. */
export class ProgressReports {
  private latest: Progress | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly send: (progress: Progress) => void) {}

  /** @throws RangeError when it is larger than 16 KiB */
  report(progress: Progress) {
    checkSize(progress)
    this.latest = progress
    if (this.timer) return
    this.flush()
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.flush()
    }, PAUSE_MS)
  }

  /** Sends what was held back. */
  flush() {
    if (this.latest) this.send(this.latest)
    this.latest = undefined
  }

  close() {
    clearTimeout(this.timer)
    this.flush()
  }
}

import { Writable } from 'node:stream'
import { messageOf } from './errors'

/** How far a slow or stalled reader may fall behind. */
const BUFFERED_BYTES_MAX = 1024 * 1024

interface LossHandlers {
  /** Called once, for the first line that is lost. */
  onLoss(reason: string): void
  /** Called when lines are written again. */
  onRecovery(lostLines: number): void
}

/**
 * An output whose failure does not affect the program: if its reader is gone (EPIPE), its disk is full (ENOSPC) or the reader stalls,
 * lines are dropped and counted.
 */
export function lossyOutput(output: Writable, { onLoss, onRecovery }: LossHandlers): Writable {
  let lost = 0
  const lose = (reason: string) => {
    lost++
    if (lost === 1) onLoss(reason)
  }
  const recover = () => {
    const lines = lost
    lost = 0
    if (lines > 0) onRecovery(lines)
  }
  // each write handles its own error; without a listener an error would end the process
  if (output.listenerCount('error') === 0) output.on('error', () => undefined)
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      done()
      if (output.writableLength > BUFFERED_BYTES_MAX) return lose('the reader has stalled')
      output.write(line, error => {
        if (error) lose(messageOf(error))
        // half the limit, so that a stalled reader does not cause alternating messages
        else if (output.writableLength <= BUFFERED_BYTES_MAX / 2) recover()
      })
    },
  })
}

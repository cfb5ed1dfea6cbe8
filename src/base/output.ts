import { Writable } from 'node:stream'
import { messageOf } from './errors'

/** What a reader that is slow, or reads no more, may be behind. */
const WAITING_BYTES_MAX = 1024 * 1024

interface Teller {
  /** Told once, with the first line that is lost. */
  onLoss(reason: string): void
  /** Lines get through again. */
  onRecovery(lostLines: number): void
}

/**
 * An output that the program can do without: when its reader is gone (EPIPE), its disk is full (ENOSPC) or nobody reads, lines are
 * lost and counted, and nothing else happens.
 */
export function dispensable(output: Writable, { onLoss, onRecovery }: Teller): Writable {
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
  // each write is told of its own error; without any listener it would end the program
  if (output.listenerCount('error') === 0) output.on('error', () => undefined)
  return new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      done()
      if (output.writableLength > WAITING_BYTES_MAX) return lose('nobody reads them')
      output.write(line, error => {
        if (error) lose(messageOf(error))
        // not with each line that still gets through while nobody reads the rest
        else if (output.writableLength <= WAITING_BYTES_MAX / 2) recover()
      })
    },
  })
}

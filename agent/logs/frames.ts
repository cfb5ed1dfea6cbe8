export type Stream = 'stdout' | 'stderr'

export interface Piece {
  stream: Stream
  bytes: Buffer
  /** A frame ends here: what follows begins with a time of its own. */
  endsFrame: boolean
}

const HEADER_BYTES = 8
/** Engines send at most 16 KiB and a time; a larger frame is not one. */
const FRAME_BYTES_MAX = 1024 * 1024

/** Thrown for bytes that are no frames. */
export class FrameError extends Error {
  override name = 'FrameError'
}

/** Takes frames apart: eight bytes (stream, three zeros, length, big-endian), then the content. Chunks may end anywhere. */
export class FrameReader {
  #header = Buffer.alloc(0)
  #left = 0
  #stream: Stream = 'stdout'

  #begin(): void {
    const [type = 0, ...zeros] = this.#header.subarray(0, 4)
    const length = this.#header.readUInt32BE(4)
    this.#header = Buffer.alloc(0)
    if (type > 3 || zeros.some(each => each !== 0) || length > FRAME_BYTES_MAX)
      throw new FrameError('The engine sent a log that is not in frames.')
    this.#stream = type === 2 || type === 3 ? 'stderr' : 'stdout'
    this.#left = length
  }

  *read(chunk: Buffer): Iterable<Piece> {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#left === 0) {
        const missing = HEADER_BYTES - this.#header.length
        this.#header = Buffer.concat([this.#header, rest.subarray(0, missing)])
        rest = rest.subarray(missing)
        if (this.#header.length < HEADER_BYTES) return
        this.#begin()
        continue
      }
      const bytes = rest.subarray(0, this.#left)
      rest = rest.subarray(bytes.length)
      this.#left -= bytes.length
      yield { stream: this.#stream, bytes, endsFrame: this.#left === 0 }
    }
  }
}

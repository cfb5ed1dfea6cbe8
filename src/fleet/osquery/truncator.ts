import { TAIL_BYTES } from './limits'
import { Tail } from './tail'

/** Passes on the beginning of a body up to a limit, and keeps its last bytes. */
export class Truncator {
  readonly #bytesMax: number
  readonly #tail = new Tail(TAIL_BYTES)
  #passed = 0
  #isTruncated = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Whether the body was longer than the limit. */
  get isTruncated() {
    return this.#isTruncated
  }

  /** @returns the part of the chunk within the limit */
  write(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#bytesMax - this.#passed)
    this.#passed += part.length
    this.#isTruncated ||= part.length < chunk.length
    this.#tail.write(chunk)
    return part
  }

  /** The last bytes of a truncated body. */
  tail(): Buffer {
    return this.#isTruncated ? this.#tail.bytes() : Buffer.alloc(0)
  }
}

import { TAIL_BYTES } from './limits'
import { Tail } from './tail'

/** Passes on the beginning of a body up to a limit, and keeps its end. */
export class Truncator {
  readonly #bytesMax: number
  readonly #tail = new Tail(TAIL_BYTES)
  #passed = 0
  #isCut = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Whether the body was longer than the limit. */
  get isCut() {
    return this.#isCut
  }

  /** @returns the part of the chunk within the limit */
  write(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#bytesMax - this.#passed)
    this.#passed += part.length
    this.#isCut ||= part.length < chunk.length
    this.#tail.write(chunk)
    return part
  }

  /** The last bytes of a body that was cut. */
  tail(): Buffer {
    return this.#isCut ? this.#tail.bytes() : Buffer.alloc(0)
  }
}

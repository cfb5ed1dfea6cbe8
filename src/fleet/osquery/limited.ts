import { TAIL_BYTES } from './limits'
import { Tail } from './tail'

/** Passes on the beginning, up to a limit, and keeps the end. */
export class Limited {
  readonly #bytesMax: number
  readonly #tail = new Tail(TAIL_BYTES)
  #taken = 0
  #isCut = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Something lay beyond the limit. */
  get isCut() {
    return this.#isCut
  }

  /** @returns the part of it that lies within the limit */
  write(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#bytesMax - this.#taken)
    this.#taken += part.length
    this.#isCut ||= part.length < chunk.length
    this.#tail.write(chunk)
    return part
  }

  /** The last bytes, when something lay beyond the limit. */
  tail(): Buffer {
    return this.#isCut ? this.#tail.bytes() : Buffer.alloc(0)
  }
}

import { TAIL_BYTES } from './limits'

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

/** Keeps the last bytes that are written to it. */
class Tail {
  readonly #bytesMax: number
  readonly #chunks: Buffer[] = []
  #size = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  write(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    let [first] = this.#chunks
    while (first && this.#size - first.length >= this.#bytesMax) {
      this.#chunks.shift()
      this.#size -= first.length
      first = this.#chunks[0]
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(-this.#bytesMax)
  }
}

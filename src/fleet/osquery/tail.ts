/** Keeps the last bytes that are written to it. */
export class Tail {
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

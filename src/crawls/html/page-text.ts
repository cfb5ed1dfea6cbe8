import { collapsed, cutToBytes, words } from './words'

const BYTES_MAX = 64 * 1024

/** Collects the visible text of a page, as much as is kept. */
export class PageText {
  #text = ''
  /** After which length white space is removed, to see whether it is enough. */
  #checkAt = 2 * BYTES_MAX
  #isFull = false

  add(text: string): void {
    if (this.#isFull) return
    this.#text += text
    if (this.#text.length < this.#checkAt) return
    this.#text = collapsed(this.#text)
    this.#isFull = this.#text.length > BYTES_MAX
    this.#checkAt = this.#text.length + BYTES_MAX
  }

  toString(): string {
    return cutToBytes(words(this.#text), BYTES_MAX)
  }
}

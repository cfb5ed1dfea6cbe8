import { DEPTH_MAX, NAME_BYTES_MAX } from './limits'

/** Decides which values of a JSON text are passed on as they arrive, and receives them. */
export interface Visitor {
  /**
   * Called at the start of an object or a list.
   * @param path keys from the top; an element of a list has the key ''
   * @returns whether to enter it; otherwise it is passed on as one value
   */
  enters(path: readonly string[], isList: boolean): boolean
  /** @param text the value as unvalidated JSON; undefined if it is too large or too deeply nested */
  value(path: readonly string[], text: string | undefined): void
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d]
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isEnd = (byte: number) => byte === BRACE_END || byte === BRACKET_END
/** A quote, a bracket or a brace. A bracket and the corresponding brace differ by one bit. */
const isStructure = (byte: number) => byte === QUOTE || (byte | 0x20) === BRACE || (byte | 0x20) === BRACE_END
/** Whether the byte ends a number or a literal. */
const endsBare = (byte: number) => byte === COMMA || isEnd(byte) || isSpace(byte)

/** Max characters of a name in the path of a fault. Paths are short, because visitors enter only two levels. */
const NAME_LENGTH_MAX = 100

type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'nothing'

/**
 * Splits a JSON text of any size into values, buffering one value at a time. It reads bytes, because every structural
 * character of JSON is one byte in UTF-8, whatever the strings contain. Values are passed on as text, so that an
 * invalid one does not affect the others, and numbers keep all their digits.
 */
export class JsonScanner {
  readonly #visitor: Visitor
  readonly #bytesMax: number
  #expected: Expected = 'value'
  readonly #path: string[] = []
  /** For each entered container: whether it is a list. */
  readonly #isList: boolean[] = []
  /** Chunks of the value or key that is being collected. */
  #parts: Buffer[] = []
  #size = 0
  #isInToken = false
  #isInString = false
  #isEscaped = false
  #depth = 0
  #isTooDeep = false
  #isStopped = false
  #fault: string | undefined

  /** @param bytesMax limit for one value */
  constructor(visitor: Visitor, bytesMax: number) {
    this.#visitor = visitor
    this.#bytesMax = bytesMax
  }

  /** What is wrong with the text, and where; values before it were passed on. */
  get fault() {
    return this.#fault
  }

  get isComplete() {
    return this.#expected === 'nothing' && !this.#fault
  }

  /** The path of the current value. */
  get path(): readonly string[] {
    return this.#path
  }

  /** Ignores the rest of the text. */
  stop(): void {
    this.#isStopped = true
    this.#parts = []
  }

  write(chunk: Buffer): void {
    let i = 0
    while (i < chunk.length && !this.#isStopped) {
      if (this.#isInToken) i = this.#collect(chunk, i)
      else if (isSpace(chunk[i] as number)) i++
      else i = this.#step(chunk[i] as number, i)
    }
  }

  /** @returns the next index: the same one when the byte begins a value */
  #step(byte: number, i: number): number {
    switch (this.#expected) {
      case 'first value':
      case 'first key':
        if (isEnd(byte)) return this.#leave(byte, i)
        return this.#expected === 'first key' ? this.#beginKey(byte, i) : this.#begin(byte, i)
      case 'value':
        return this.#begin(byte, i)
      case 'key':
        return this.#beginKey(byte, i)
      case 'colon':
        if (byte !== COLON) return this.#fail(i)
        this.#expected = 'value'
        return i + 1
      case 'comma':
        if (isEnd(byte)) return this.#leave(byte, i)
        if (byte !== COMMA) return this.#fail(i)
        this.#expected = this.#isList.at(-1) ? 'value' : 'key'
        if (!this.#isList.at(-1)) this.#path.pop()
        return i + 1
      default:
        return this.#fail(i)
    }
  }

  #begin(byte: number, i: number): number {
    if (byte === COMMA || byte === COLON || isEnd(byte)) return this.#fail(i)
    const isList = byte === BRACKET
    if ((isList || byte === BRACE) && this.#visitor.enters(this.#path, isList)) {
      this.#isList.push(isList)
      if (isList) this.#path.push('')
      this.#expected = isList ? 'first value' : 'first key'
      return i + 1
    }
    this.#isInToken = true
    return i
  }

  #beginKey(byte: number, i: number): number {
    if (byte !== QUOTE) return this.#fail(i)
    this.#expected = 'key'
    this.#isInToken = true
    return i
  }

  #leave(byte: number, i: number): number {
    const isList = this.#isList.pop()
    if (isList !== (byte === BRACKET_END)) return this.#fail(i)
    // An empty object has added no key to the path.
    if (isList || this.#expected === 'comma') this.#path.pop()
    this.#closeValue()
    return i + 1
  }

  #closeValue() {
    this.#expected = this.#isList.length ? 'comma' : 'nothing'
  }

  /** Collects the bytes of the current key or value in this chunk. */
  #collect(chunk: Buffer, from: number): number {
    const end = this.#endOfToken(chunk, from)
    const to = end < 0 ? chunk.length : end
    this.#size += to - from
    if (this.#size <= this.#tokenBytesMax && !this.#isTooDeep) this.#parts.push(chunk.subarray(from, to))
    else this.#parts = []
    if (end >= 0) this.#take()
    return to
  }

  get #tokenBytesMax() {
    return this.#expected === 'key' ? NAME_BYTES_MAX : this.#bytesMax
  }

  /** @returns the index after the token; -1 when it continues in the next chunk */
  #endOfToken(chunk: Buffer, from: number): number {
    let i = from
    while (i >= 0 && i < chunk.length) {
      if (this.#isInString) {
        i = this.#endOfString(chunk, i)
        if (i > 0 && this.#depth === 0) return i
      } else {
        const byte = chunk[i] as number
        if (this.#depth === 0 && endsBare(byte)) return i
        i++
        if (isStructure(byte) && this.#nest(byte)) return i
      }
    }
    return -1
  }

  /** @returns whether the byte, which is outside of strings, closes the value */
  #nest(byte: number): boolean {
    if (byte === QUOTE) this.#isInString = true
    else if (byte === BRACE || byte === BRACKET) this.#isTooDeep = ++this.#depth > DEPTH_MAX || this.#isTooDeep
    else if (isEnd(byte)) return --this.#depth === 0
    return false
  }

  #endOfString(chunk: Buffer, from: number): number {
    let isEscaped = this.#isEscaped // a local is faster, and most bytes are in strings
    this.#isEscaped = false
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i]
      if (isEscaped) isEscaped = false
      else if (byte === BACKSLASH) isEscaped = true
      else if (byte === QUOTE) {
        this.#isInString = false
        return i + 1
      }
    }
    this.#isEscaped = isEscaped
    return -1
  }

  #take() {
    const isTooLarge = this.#size > this.#tokenBytesMax || this.#isTooDeep
    const [first] = this.#parts
    const bytes = first && this.#parts.length === 1 ? first : Buffer.concat(this.#parts)
    const text = isTooLarge ? undefined : bytes.toString('utf8')
    this.#parts = []
    this.#size = 0
    this.#isTooDeep = false
    this.#isInToken = false
    if (this.#expected !== 'key') {
      this.#visitor.value(this.#path, text)
      return this.#closeValue()
    }
    const key = keyOf(text)
    this.#path.push(key ?? '?')
    this.#expected = 'colon'
    if (key === undefined) this.#fail(0)
  }

  #fail(i: number): number {
    const where = this.#path.map(key => key.slice(0, NAME_LENGTH_MAX) || '[]').join('.')
    this.#fault = `${where ? `${where}: ` : ''}not valid JSON`
    this.stop()
    return i + 1
  }
}

function keyOf(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as string)
  } catch {
    return undefined // an invalid escape, which is reported as a fault
  }
}

import type { IncomingMessage } from 'node:http'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { type BodyMemory, Reservation, type Sender } from './body-memory'
import { FieldSearch } from './field-search'
import { inflate } from './inflate'
import { FOLLOW_LIMITS, FREE_BYTES, INFLATED_KEPT_BYTES_MAX, UPLOAD_MS_MAX, WAIT_MS_MAX } from './limits'
import { Refusal } from './refusal'
import type { Permit } from './semaphore'
import { receive, Truncator } from './upload'

export interface ReadResult {
  /** The body was larger than its limit, and only its beginning was read. */
  isTruncated: boolean
  /** The last bytes of a truncated body. */
  tail: Buffer
}

/** An inflated body after a search: the part that was searched, and the rest. */
interface Inflating {
  passed: Buffer[]
  rest: AsyncGenerator<Buffer, void>
}

/**
 * The body of a request. Until `authenticated` is called, only `find` reads from it, and it counts against the memory
 * of unauthenticated requests. It counts until it is released.
 */
export class Body {
  readonly #req: IncomingMessage
  readonly #bytesMax: number
  readonly #memory: BodyMemory
  readonly #disconnected: AbortSignal
  #sender: Sender = 'unauthenticated'
  /** The body as it arrives; what has not been read yet is kept. */
  readonly #received: Truncator
  readonly #kept: Buffer[] = []
  readonly #reservation: Reservation
  /** For the inflated body. */
  readonly #inflated: Reservation
  #inflating: Inflating | undefined
  #isTooLong = false
  /** How many operations use what was read. */
  #users = 0
  #isReleased = false

  /**
   * @param bytesMax after inflation
   * @param disconnected aborted when the agent disconnects
   */
  constructor(req: IncomingMessage, bytesMax: number, memory: BodyMemory, disconnected: AbortSignal) {
    this.#req = req
    this.#bytesMax = bytesMax
    this.#memory = memory
    this.#disconnected = disconnected
    this.#received = new Truncator(bytesMax)
    const pool = memory.poolFor(this.#sender, this.#announced)
    this.#reservation = new Reservation(pool, bytesMax + INFLATED_KEPT_BYTES_MAX, disconnected)
    this.#inflated = new Reservation(memory.inflated, bytesMax, disconnected)
  }

  /** Whether it is known to be larger than its limit. */
  get isTruncated() {
    return this.#received.isTruncated || this.#isTooLong
  }

  /**
   * Finds a text field at the top level, reading no further, and keeps what it has read.
   * @returns undefined if there is no such field
   * @throws Refusal 400, 415 or 503, AgentDisconnected
   */
  async find(name: string): Promise<string | undefined> {
    const search = new FieldSearch(name)
    if (this.#isCompressed) return this.#findInflated(search)
    const isWhole = await this.#receive(chunk => {
      search.write(chunk)
      // Reading a short body to its end costs less than a pause.
      if (!search.isOver || this.#announced <= FREE_BYTES) return this.#reservation.add(this.#keep(chunk))
      this.#reservation.count(this.#keep(chunk))
      return 'pause'
    })
    return search.result(isWhole)
  }

  /** Call it once the sender has shown a valid key. @throws Refusal 503, AgentDisconnected */
  async authenticated(): Promise<void> {
    this.#sender = 'authenticated'
    await this.#reservation.move(this.#memory.poolFor(this.#sender, this.#announced))
  }

  /**
   * Reads to the end, whatever the size, so that the agent receives the response.
   * @param take gets the bytes up to the limit
   * @throws Refusal, AgentDisconnected
   */
  read(take: (chunk: Buffer) => void): Promise<ReadResult> {
    return this.#isCompressed ? this.#readInflated(take) : this.#readPlain(take)
  }

  /** @throws Refusal 413 if it is above its limit, AgentDisconnected */
  async text(): Promise<string> {
    const chunks: Buffer[] = []
    const { isTruncated } = await this.read(chunk => chunks.push(chunk))
    if (isTruncated) throw new Refusal(413, `The body is larger than the maximum of ${this.#bytesMax} bytes.`)
    return Buffer.concat(chunks).toString('utf8')
  }

  /** Counts the body as held until the work has ended, even if nobody is waiting for it any longer. */
  async usedBy<T>(work: Promise<T>): Promise<T> {
    this.#users++
    try {
      return await work
    } finally {
      this.#users--
      this.#freeMemory()
    }
  }

  release(): void {
    this.#isReleased = true
    this.#freeMemory()
    this.#kept.length = 0
    void this.#inflating?.rest.return()
    this.#req.resume() // an agent that was refused early sends the rest before it reads the response
  }

  #freeMemory() {
    if (!this.#isReleased || this.#users > 0) return
    this.#reservation.release()
    this.#inflated.release()
  }

  get #announced(): number {
    const length = Number(this.#req.headers['content-length'] ?? Number.NaN)
    return Number.isNaN(length) ? this.#bytesMax : Math.min(length, this.#bytesMax)
  }

  get #isCompressed(): boolean {
    const encoding = this.#req.headers['content-encoding']?.toLowerCase() ?? 'identity'
    if (encoding === 'identity') return false
    if (encoding === 'gzip' || encoding === 'x-gzip') return true
    throw new Refusal(415, `Content-Encoding ${encoding.slice(0, 50)} is not supported, only gzip.`)
  }

  #receive(take: Parameters<typeof receive>[2]): Promise<boolean> {
    return receive(this.#req, UPLOAD_MS_MAX[this.#sender], take)
  }

  /** @returns how many bytes of the chunk are within the limit */
  #keep(chunk: Buffer): number {
    const part = this.#received.write(chunk)
    if (part.length) this.#kept.push(part)
    return part.length
  }

  async #readPlain(take: (chunk: Buffer) => void): Promise<ReadResult> {
    await replay(this.#kept, take)
    await this.#receive(chunk => {
      const part = this.#received.write(chunk)
      if (!part.length) return undefined
      take(part)
      return this.#reservation.add(part.length)
    })
    this.#reservation.settle()
    return { isTruncated: this.#received.isTruncated, tail: this.#received.tail() }
  }

  /**
   * Keeps all compressed bytes first, so that nothing waits for the network while it holds memory for inflated bytes.
   */
  async #findInflated(search: FieldSearch): Promise<string | undefined> {
    await this.#receive(chunk => this.#reservation.add(this.#keep(chunk)))
    this.#reservation.settle()
    const inflating = { passed: [], rest: inflate(this.#kept) }
    const isWhole = await this.#inflate(search, inflating)
    return search.result(isWhole && !this.isTruncated)
  }

  /**
   * Limits how many inflate much at a time: gzip lets unauthenticated senders cause a thousand times the work they
   * send.
   */
  async #inflate(search: FieldSearch, inflating: Inflating): Promise<boolean> {
    let bytes = 0
    let permit: Permit | undefined
    try {
      while (!search.isOver && !this.#isTooLong) {
        const { value: chunk, done } = await inflating.rest.next()
        if (done) return true
        search.write(chunk)
        bytes += chunk.length
        this.#isTooLong = bytes > this.#bytesMax * FOLLOW_LIMITS
        if (bytes <= INFLATED_KEPT_BYTES_MAX) inflating.passed.push(chunk)
        if (bytes <= INFLATED_KEPT_BYTES_MAX) await this.#reservation.add(chunk.length)
        else permit ??= await this.#memory.inflatingUnauthenticated.acquire(1, WAIT_MS_MAX, this.#disconnected)
      }
      return false
    } finally {
      permit?.release()
      if (bytes <= INFLATED_KEPT_BYTES_MAX) this.#inflating = inflating
      else void inflating.rest.return()
    }
  }

  async #readInflated(take: (chunk: Buffer) => void): Promise<ReadResult> {
    await this.#receive(chunk => this.#reservation.add(this.#keep(chunk)))
    const { passed, rest } = this.#inflating ?? { passed: [], rest: inflate(this.#kept) }
    const reservation = this.#sender === 'authenticated' ? this.#inflated : this.#reservation
    const truncator = new Truncator(this.#bytesMax)
    let bytes = 0
    const takePart = (chunk: Buffer) => {
      const part = truncator.write(chunk)
      bytes += chunk.length
      take(part)
      return reservation.add(part.length)
    }
    await replay(passed, takePart)
    for await (const chunk of rest) {
      await takePart(chunk)
      this.#isTooLong = bytes > this.#bytesMax * FOLLOW_LIMITS
      if (this.#isTooLong) break
    }
    reservation.settle()
    return { isTruncated: this.isTruncated || truncator.isTruncated, tail: truncator.tail() }
  }
}

const YIELD_BYTES = 256 * 1024

/** Passes on the kept chunks and drops them, yielding to other work in between. */
async function replay(kept: Buffer[], take: (chunk: Buffer) => unknown): Promise<void> {
  let bytes = 0
  for (let chunk = kept.shift(); chunk; chunk = kept.shift()) {
    await take(chunk)
    bytes += chunk.length
    if (bytes < YIELD_BYTES) continue
    bytes = 0
    await yieldToOthers()
  }
}

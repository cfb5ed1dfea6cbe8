import type { IncomingMessage } from 'node:http'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Hold } from './budget'
import { inflate } from './inflate'
import { Limited } from './limited'
import { FOLLOW_LIMITS, FREE_BYTES, INFLATED_KEPT_BYTES_MAX, UPLOAD_MS_MAX, WAIT_MS_MAX } from './limits'
import { Refusal } from './refusal'
import { Account, type Rooms } from './rooms'
import { Search } from './search'
import { receive } from './upload'

/** What came of reading a body. */
export interface Reading {
  /** It was larger than its limit: the reader saw its beginning only. */
  isCut: boolean
  /** Its last bytes, when it was cut. */
  tail: Buffer
}

/** What a search has passed, and where it goes on. */
interface Begun {
  passed: Buffer[]
  rest: AsyncGenerator<Buffer, void>
}

/**
 * A request's body. It comes from a stranger until `admit`: until then only `find` looks into it, and it counts against the room of
 * strangers. It counts until it is released.
 */
export class Body {
  readonly #req: IncomingMessage
  readonly #bytesMax: number
  readonly #rooms: Rooms
  readonly #gone: AbortSignal
  #sender: 'strangers' | 'hosts' = 'strangers'
  /** As it comes; what was not read yet is kept. */
  readonly #received: Limited
  readonly #kept: Buffer[] = []
  readonly #account: Account
  /** For what comes of inflating it. */
  readonly #inflated: Account
  #begun: Begun | undefined
  #isTooLong = false
  /** Works that hold what was read. */
  #users = 0
  #isReleased = false

  /**
   * @param bytesMax after inflation
   * @param gone aborted when the agent hangs up
   */
  constructor(req: IncomingMessage, bytesMax: number, rooms: Rooms, gone: AbortSignal) {
    this.#req = req
    this.#bytesMax = bytesMax
    this.#rooms = rooms
    this.#gone = gone
    this.#received = new Limited(bytesMax)
    this.#account = new Account(rooms.of('strangers', this.#announced), bytesMax + INFLATED_KEPT_BYTES_MAX, gone)
    this.#inflated = new Account(rooms.inflated, bytesMax, gone)
  }

  /** It is larger than its limit, as far as it was looked at. */
  get isCut() {
    return this.#received.isCut || this.#isTooLong
  }

  /**
   * Finds a text at the top, reading no further than there, and holds what it passes.
   * @returns nothing when there is none
   * @throws Refusal 400, 415 or 503, AgentGone
   */
  async find(name: string): Promise<string | undefined> {
    const search = new Search(name)
    if (this.#isDeflated) return this.#findInflated(search)
    const isWhole = await this.#receive(chunk => {
      search.write(chunk)
      // the end of a short one costs less than a pause
      if (!search.isOver || this.#announced <= FREE_BYTES) return this.#account.add(this.#keep(chunk))
      this.#account.count(this.#keep(chunk))
      return 'pause'
    })
    return search.result(isWhole)
  }

  /** Its sender is known. @throws Refusal 503, AgentGone */
  async admit(): Promise<void> {
    this.#sender = 'hosts'
    await this.#account.move(this.#rooms.of('hosts', this.#announced))
  }

  /**
   * Reads to the end, whatever the size, so that the agent can hear the answer.
   * @param take gets the bytes up to the limit
   * @throws Refusal, AgentGone
   */
  read(take: (chunk: Buffer) => void): Promise<Reading> {
    return this.#isDeflated ? this.#readInflated(take) : this.#readPlain(take)
  }

  /** @throws Refusal 413 when it is above its limit, AgentGone */
  async text(): Promise<string> {
    const chunks: Buffer[] = []
    const { isCut } = await this.read(chunk => chunks.push(chunk))
    if (isCut) throw new Refusal(413, `The body is larger than ${this.#bytesMax} bytes, the most that is taken here.`)
    return Buffer.concat(chunks).toString('utf8')
  }

  /** Counts what was read until the work is over, also when nobody waits for it any more. */
  async usedBy<T>(work: Promise<T>): Promise<T> {
    this.#users++
    try {
      return await work
    } finally {
      this.#users--
      this.#giveBack()
    }
  }

  release(): void {
    this.#isReleased = true
    this.#giveBack()
    this.#kept.length = 0
    void this.#begun?.rest.return()
    this.#req.resume() // whoever is refused early still sends the rest before they listen
  }

  #giveBack() {
    if (!this.#isReleased || this.#users > 0) return
    this.#account.release()
    this.#inflated.release()
  }

  get #announced(): number {
    const length = Number(this.#req.headers['content-length'] ?? Number.NaN)
    return Number.isNaN(length) ? this.#bytesMax : Math.min(length, this.#bytesMax)
  }

  get #isDeflated(): boolean {
    const encoding = this.#req.headers['content-encoding']?.toLowerCase() ?? 'identity'
    if (encoding === 'identity') return false
    if (encoding === 'gzip' || encoding === 'x-gzip') return true
    throw new Refusal(415, `Content-Encoding ${encoding.slice(0, 50)} is not understood; gzip is.`)
  }

  #receive(take: Parameters<typeof receive>[2]): Promise<boolean> {
    return receive(this.#req, UPLOAD_MS_MAX[this.#sender], take)
  }

  /** @returns how many bytes of it lie within the limit */
  #keep(chunk: Buffer): number {
    const part = this.#received.write(chunk)
    if (part.length) this.#kept.push(part)
    return part.length
  }

  async #readPlain(take: (chunk: Buffer) => void): Promise<Reading> {
    await replay(this.#kept, take)
    await this.#receive(chunk => {
      const part = this.#received.write(chunk)
      if (!part.length) return undefined
      take(part)
      return this.#account.add(part.length)
    })
    this.#account.settle()
    return { isCut: this.#received.isCut, tail: this.#received.tail() }
  }

  /** Deflated bytes are kept until all are there: so nothing waits for the network while it holds the room of inflated ones. */
  async #findInflated(search: Search): Promise<string | undefined> {
    await this.#receive(chunk => this.#account.add(this.#keep(chunk)))
    this.#account.settle()
    const begun = { passed: [], rest: inflate(this.#kept) }
    const isWhole = await this.#pass(search, begun)
    return search.result(isWhole && !this.isCut)
  }

  /** Those that take long take turns: what a stranger can make us inflate is a thousand times what was sent. */
  async #pass(search: Search, begun: Begun): Promise<boolean> {
    let bytes = 0
    let turn: Hold | undefined
    try {
      while (!search.isOver && !this.#isTooLong) {
        const { value: chunk, done } = await begun.rest.next()
        if (done) return true
        search.write(chunk)
        bytes += chunk.length
        this.#isTooLong = bytes > this.#bytesMax * FOLLOW_LIMITS
        if (bytes <= INFLATED_KEPT_BYTES_MAX) begun.passed.push(chunk)
        if (bytes <= INFLATED_KEPT_BYTES_MAX) await this.#account.add(chunk.length)
        else turn ??= await this.#rooms.inflatingStrangers.take(1, WAIT_MS_MAX, this.#gone)
      }
      return false
    } finally {
      turn?.release()
      if (bytes <= INFLATED_KEPT_BYTES_MAX) this.#begun = begun
      else void begun.rest.return()
    }
  }

  async #readInflated(take: (chunk: Buffer) => void): Promise<Reading> {
    await this.#receive(chunk => this.#account.add(this.#keep(chunk)))
    const { passed, rest } = this.#begun ?? { passed: [], rest: inflate(this.#kept) }
    const account = this.#sender === 'hosts' ? this.#inflated : this.#account
    const limited = new Limited(this.#bytesMax)
    let bytes = 0
    const pass = (chunk: Buffer) => {
      const part = limited.write(chunk)
      bytes += chunk.length
      take(part)
      return account.add(part.length)
    }
    await replay(passed, pass)
    for await (const chunk of rest) {
      await pass(chunk)
      this.#isTooLong = bytes > this.#bytesMax * FOLLOW_LIMITS
      if (this.#isTooLong) break
    }
    account.settle()
    return { isCut: this.isCut || limited.isCut, tail: limited.tail() }
  }
}

const BREATH_BYTES = 256 * 1024

/** Hands over, and gives up, what was kept; others get their turn in between. */
async function replay(kept: Buffer[], take: (chunk: Buffer) => unknown): Promise<void> {
  let bytes = 0
  for (let chunk = kept.shift(); chunk; chunk = kept.shift()) {
    await take(chunk)
    bytes += chunk.length
    if (bytes < BREATH_BYTES) continue
    bytes = 0
    await breathe()
  }
}

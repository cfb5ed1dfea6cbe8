import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { createGunzip, constants as zlib } from 'node:zlib'
import { Budget, type Hold } from './budget'
import {
  FIRST_BYTES,
  FOLLOW_LIMITS,
  HELD_BYTES_MAX,
  INFLATION_MAX,
  SMALL_BYTES_MAX,
  TAIL_BYTES,
  UPLOAD_MS_MAX,
  WAIT_MS_MAX,
} from './limits'
import { AgentGone, Refusal } from './refusal'
import { Tail } from './tail'

/** The room that the bodies of all requests share. */
export class Rooms {
  readonly small = new Budget(HELD_BYTES_MAX.small)
  readonly large = new Budget(HELD_BYTES_MAX.large)
  readonly inflated = new Budget(HELD_BYTES_MAX.inflated)

  get used() {
    return this.small.used + this.large.used + this.inflated.used
  }
}

/** What came of reading a body. */
export interface Reading {
  /** It was larger than its limit: the reader saw its beginning only. */
  isCut: boolean
  /** Its last bytes, when it was cut. */
  tail: Buffer
}

/** A request's body, which counts against the rooms until it is released. */
export class Body {
  readonly #req: IncomingMessage
  readonly #bytesMax: number
  readonly #rooms: Rooms
  readonly #gone: AbortSignal
  readonly #holds: Hold[] = []

  /**
   * @param bytesMax after inflation
   * @param gone aborted when the agent hangs up
   */
  constructor(req: IncomingMessage, bytesMax: number, rooms: Rooms, gone: AbortSignal) {
    this.#req = req
    this.#bytesMax = bytesMax
    this.#rooms = rooms
    this.#gone = gone
  }

  /**
   * Reads to the end, whatever the size, so that the agent can hear the answer. Nothing is read before there is room.
   * @param take gets the bytes up to the limit
   * @throws Refusal, AgentGone
   */
  async read(take: (chunk: Buffer) => void): Promise<Reading> {
    const encoding = this.#req.headers['content-encoding']?.toLowerCase() ?? 'identity'
    if (encoding === 'identity') return this.#readPlain(take)
    if (encoding === 'gzip' || encoding === 'x-gzip') return this.#readGzip(take)
    throw new Refusal(415, `Content-Encoding ${encoding} is not understood; gzip is.`)
  }

  /** @throws Refusal 413 when it is above its limit, AgentGone */
  async text(): Promise<string> {
    const chunks: Buffer[] = []
    const { isCut } = await this.read(chunk => chunks.push(chunk))
    if (isCut) throw new Refusal(413, `The body is larger than ${this.#bytesMax} bytes, the most that is taken here.`)
    return Buffer.concat(chunks).toString('utf8')
  }

  release(): void {
    for (const hold of this.#holds.splice(0)) hold.release()
  }

  async #readPlain(take: (chunk: Buffer) => void): Promise<Reading> {
    const limited = new Limited(this.#bytesMax, take)
    await this.#upload(limited)
    return limited.end()
  }

  /** Deflated bytes are kept until all are there: so nothing waits for the network while it holds the room of inflated ones. */
  async #readGzip(take: (chunk: Buffer) => void): Promise<Reading> {
    const chunks: Buffer[] = []
    const deflated = new Limited(this.#bytesMax, chunk => chunks.push(chunk))
    const upload = await this.#upload(deflated)
    const limited = new Limited(this.#bytesMax, take)
    const inflated = Math.min(this.#bytesMax, deflated.taken * INFLATION_MAX)
    const hold = await this.#enter(inflated, inflated <= SMALL_BYTES_MAX ? this.#rooms.small : this.#rooms.inflated)
    const isWhole = await inflate(chunks, this.#bytesMax * FOLLOW_LIMITS, chunk => limited.write(chunk))
    upload.release()
    hold.shrink(limited.taken)
    const reading = limited.end()
    return deflated.end().isCut || !isWhole ? { ...reading, isCut: true } : reading
  }

  #announced(): number {
    const length = Number(this.#req.headers['content-length'] ?? Number.NaN)
    return Number.isNaN(length) ? this.#bytesMax : Math.min(length, this.#bytesMax)
  }

  async #enter(bytes: number, room: Budget): Promise<Hold> {
    const hold = await room.take(bytes, WAIT_MS_MAX, this.#gone)
    this.#holds.push(hold)
    return hold
  }

  /** Takes room for what has come, not for what was announced: whoever sends nothing keeps nobody from it. */
  async #upload(limited: Limited): Promise<Hold> {
    const announced = this.#announced()
    const room = announced <= SMALL_BYTES_MAX ? this.#rooms.small : this.#rooms.large
    const hold = await this.#enter(Math.min(announced, FIRST_BYTES), room)
    await this.#receive(chunk => {
      limited.write(chunk)
      if (limited.taken <= hold.bytes) return undefined
      return hold.grow(Math.min(announced, 2 * limited.taken), WAIT_MS_MAX, this.#gone)
    })
    hold.shrink(limited.taken)
    return hold
  }

  /**
   * By events, because an iterator costs more than all the rest of a poll.
   * @param take what it returns is waited for before the next chunk
   */
  #receive(take: (chunk: Buffer) => Promise<void> | undefined): Promise<void> {
    const req = this.#req
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => req.destroy(), UPLOAD_MS_MAX)
      const settle = (error?: unknown) => {
        clearTimeout(timer)
        req.off('close', fail)
        if (error) reject(error)
        else resolve()
      }
      // the only way for a request to fail is that its connection ends
      const fail = () => settle(new AgentGone())
      const refuse = (error: unknown) => {
        req.off('data', receive).resume()
        settle(error)
      }
      const receive = (chunk: Buffer) => {
        try {
          const room = take(chunk)
          if (!room) return
          req.pause()
          room.then(() => req.resume(), refuse)
        } catch (error) {
          refuse(error)
        }
      }
      if (req.destroyed) return fail()
      req.once('close', fail).once('error', fail)
      req.once('end', () => settle()).on('data', receive)
    })
  }
}

/** Passes on the beginning, up to the limit, and keeps the end. */
class Limited {
  taken = 0
  readonly #bytesMax: number
  readonly #take: (chunk: Buffer) => void
  readonly #tail = new Tail(TAIL_BYTES)
  #isCut = false

  constructor(bytesMax: number, take: (chunk: Buffer) => void) {
    this.#bytesMax = bytesMax
    this.#take = take
  }

  write(chunk: Buffer) {
    const part = chunk.subarray(0, this.#bytesMax - this.taken)
    this.taken += part.length
    if (part.length < chunk.length) this.#isCut = true
    if (part.length) this.#take(part)
    this.#tail.write(chunk)
  }

  end(): Reading {
    return { isCut: this.#isCut, tail: this.#isCut ? this.#tail.bytes() : Buffer.alloc(0) }
  }
}

/**
 * @param bytesMax after which nothing more is inflated
 * @returns whether that was all
 * @throws Refusal 400
 */
async function inflate(chunks: Buffer[], bytesMax: number, take: (chunk: Buffer) => void): Promise<boolean> {
  // an upload that was cut has no end that could be checked
  const gunzip = createGunzip({ finishFlush: zlib.Z_SYNC_FLUSH })
  const inflated = Readable.from(chunks).pipe(gunzip)
  let size = 0
  try {
    for await (const chunk of inflated) {
      take(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size > bytesMax) return false
    }
    return true
  } catch (error) {
    throw new Refusal(400, `body: not valid gzip (${error instanceof Error ? error.message : String(error)})`)
  }
}

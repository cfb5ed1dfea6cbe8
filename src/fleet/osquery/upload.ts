import type { IncomingMessage } from 'node:http'
import { TAIL_BYTES } from './limits'
import { AgentDisconnected } from './refusal'

/** What to do after a chunk: continue, wait for memory, or leave the rest for a later call. */
type Next = undefined | 'pause' | Promise<void>

/**
 * Receives the bytes of a request as they arrive. Uses events, because an iterator costs more than the rest of a poll.
 * @param msMax after this time the connection is closed
 * @returns whether the body has ended
 * @throws AgentDisconnected, and what `take` throws or its promise is rejected with
 */
export function receive(req: IncomingMessage, msMax: number, take: (chunk: Buffer) => Next): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (req.readableEnded) return resolve(true)
    // A request fails only when its connection ends.
    const fail = () => settle(() => reject(new AgentDisconnected()))
    const end = () => settle(() => resolve(true))
    const refuse = (error: unknown) =>
      settle(() => {
        req.resume()
        reject(error)
      })
    const timer = setTimeout(() => req.destroy(), msMax)
    const settle = (done: () => void) => {
      clearTimeout(timer)
      req.off('close', fail).off('error', fail).off('end', end).off('data', onData)
      done()
    }
    const taken = (chunk: Buffer): Next => {
      try {
        return take(chunk)
      } catch (error) {
        refuse(error)
        return undefined
      }
    }
    const onData = (chunk: Buffer) => {
      const next = taken(chunk)
      if (!next) return
      req.pause()
      if (next === 'pause') settle(() => resolve(false))
      else next.then(() => req.resume(), refuse)
    }
    if (req.destroyed) return fail()
    req.once('close', fail).once('error', fail).once('end', end).on('data', onData)
    if (req.isPaused()) req.resume()
  })
}

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

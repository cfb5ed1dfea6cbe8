import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { FailureError } from '../failure'
import { type BodyEnd, bodyEnd } from './body-end'
import { FinalHeadReader } from './final-head'
import { hasBody, strictHead } from './head'
import type { Notes } from './warnings'

interface Hooks {
  /** Method of the request; responses to HEAD have no body. */
  method: string
  notes: Notes
  onFirstByte(): void
}

/**
 * A connection for one exchange, rewritten for Node's HTTP parser: a strict head and a body that ends with the
 * connection. Even in its lenient mode, the parser rejects responses that every browser accepts (a space before a colon,
 * repeated lengths, a body after 204), and it reports a truncated body as a reset.
 */
export class ResponseStream extends Duplex {
  private readonly reader: FinalHeadReader
  private bodyEnd: BodyEnd | undefined
  /** The complete response has been passed on. */
  private passed = false

  constructor(
    private readonly socket: Socket,
    private readonly hooks: Hooks,
  ) {
    super()
    this.reader = new FinalHeadReader(hooks.notes)
    socket.once('data', () => hooks.onFirstByte())
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('end', () => this.finish())
    // after a complete response, errors of the connection do not matter
    socket.on('error', error => this.passed || this.destroy(error))
    socket.on('close', () => this.passed || this.destroy())
  }

  override _read() {
    this.socket.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void) {
    this.socket.write(chunk, encoding, done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void) {
    this.socket.destroy()
    done(error)
  }

  private receive(chunk: Buffer) {
    if (this.destroyed) return
    try {
      const rest = this.bodyEnd ? chunk : this.takeHead(chunk)
      if (this.bodyEnd && rest) this.takeBody(this.bodyEnd, rest)
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      this.destroy(error)
    }
  }

  /** @returns the bytes after the head */
  private takeHead(chunk: Buffer): Buffer | undefined {
    const { method, notes } = this.hooks
    const complete = this.reader.take(chunk)
    if (!complete) return undefined
    this.bodyEnd = bodyEnd(hasBody(method, complete.head) ? complete.head.framing : 0, notes)
    this.pass(Buffer.from(strictHead(complete.head), 'latin1'))
    return complete.rest
  }

  private takeBody(end: BodyEnd, bytes: Buffer) {
    if (this.passed) return
    this.pass(end.take(bytes))
    if (end.reached()) this.complete()
  }

  private complete() {
    if (!this.passed) this.push(null)
    this.passed = true
  }

  private pass(bytes: Buffer) {
    if (bytes.length && !this.push(bytes)) this.socket.pause()
  }

  private finish() {
    if (!this.bodyEnd) return void this.destroy(new FailureError(this.reader.missing))
    const missing = this.bodyEnd.missing()
    if (missing) this.destroy(missing)
    else this.complete()
  }
}

import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { FailureError } from '../failure'
import { type BodyEnd, bodyEnd } from './body-end'
import { type Head, normalizeHead } from './head'
import { HeadReader } from './head-reader'
import { invalid } from './status-line'
import type { Notes } from './warnings'

/** 100, 102 and 103 are sent once or a few times; a server that sends more never sends a final response. */
const INTERIM_MAX = 50
const BODILESS = new Set([101, 204, 304])

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
  private reader: HeadReader | undefined = new HeadReader()
  private interim = 0
  private bodyEnd: BodyEnd | undefined
  /** The complete response has been passed on. */
  private passed = false

  constructor(
    private readonly socket: Socket,
    private readonly hooks: Hooks,
  ) {
    super()
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
      let rest: Buffer | undefined = chunk
      while (rest?.length && this.reader) rest = this.takeHead(this.reader, rest)
      if (this.bodyEnd) this.takeBody(this.bodyEnd, rest ?? chunk.subarray(chunk.length))
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      this.destroy(error)
    }
  }

  /** @returns the bytes after the head */
  private takeHead(reader: HeadReader, chunk: Buffer): Buffer | undefined {
    const { method, notes } = this.hooks
    const complete = reader.take(chunk)
    if (!complete) return undefined
    const head = normalizeHead(complete.raw, notes)
    if (isInterim(head)) {
      if (++this.interim > INTERIM_MAX) throw invalid(`The server sent more than ${INTERIM_MAX} interim responses`)
      this.reader = new HeadReader()
      return complete.rest
    }
    this.reader = undefined
    this.bodyEnd = bodyEnd(method === 'HEAD' || BODILESS.has(head.status) ? 0 : head.framing, notes)
    this.pass(Buffer.from(head.text, 'latin1'))
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
    const missing = this.bodyEnd?.missing()
    if (missing) this.destroy(missing)
    else if (!this.reader) this.complete()
    else if (this.reader.empty && !this.interim) this.destroy(new FailureError(EMPTY))
    else this.destroy(new FailureError(INCOMPLETE))
  }
}

export const EMPTY = {
  code: 'response_empty',
  message: 'The server closed the connection without sending a response',
} as const
const INCOMPLETE = {
  code: 'response_incomplete',
  message: 'The server closed the connection before sending a complete response head',
} as const

/** 101 is final: no other protocol was requested, and no more HTTP follows. */
const isInterim = ({ status }: Head) => status < 200 && status !== 101

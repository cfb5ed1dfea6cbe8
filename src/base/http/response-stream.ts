import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { FailureError } from '../failure'
import { type Head, mendHead } from './head'
import { HeadReader } from './head-reader'
import { invalid } from './status-line'
import type { Notes } from './warnings'

/** 100, 102 and 103 come once or a few times; a server that sends more of them never answers. */
const INTERIM_MAX = 50
const BODILESS = new Set([101, 204, 304])

interface Hooks {
  /** Of the request: HEAD is answered without a body. */
  method: string
  notes: Notes
  onFirstByte(): void
}

/**
 * A connection for one exchange as Node's HTTP parser is to see it. Heads are mended on the way in, and nothing is passed
 * on behind the end of the body. The parser refuses much of what every browser reads, also in its lenient mode (a space
 * before a colon, repeated lengths, a body after 204), and then names it as if the connection had failed.
 */
export class ResponseStream extends Duplex {
  private reader: HeadReader | undefined = new HeadReader()
  private interim = 0
  /** Bytes of the body that are still to come. */
  private left = Number.POSITIVE_INFINITY

  constructor(
    private readonly socket: Socket,
    private readonly hooks: Hooks,
  ) {
    super()
    socket.once('data', () => hooks.onFirstByte())
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('end', () => this.finish())
    socket.on('error', error => this.destroy(error))
    socket.on('close', () => socket.readableEnded || this.destroy())
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
      if (rest?.length) this.takeBody(rest)
    } catch (error) {
      if (!(error instanceof FailureError)) throw error
      this.destroy(error)
    }
  }

  /** @returns what comes behind the head */
  private takeHead(reader: HeadReader, chunk: Buffer): Buffer | undefined {
    const complete = reader.take(chunk)
    if (!complete) return undefined
    const head = mendHead(complete.raw, this.hooks.notes)
    this.reader = isInterim(head) ? new HeadReader() : undefined
    if (this.reader && ++this.interim > INTERIM_MAX) throw invalid(`More than ${INTERIM_MAX} interim responses came`)
    if (!this.reader) this.left = this.hooks.method === 'HEAD' || BODILESS.has(head.status) ? 0 : head.bodyBytes
    this.pass(Buffer.from(head.text, 'latin1'))
    return complete.rest
  }

  private takeBody(chunk: Buffer) {
    if (chunk.length > this.left) this.hooks.notes.add('data_after_response', 'More bytes came than the response has')
    const wanted = chunk.subarray(0, this.left)
    this.left -= wanted.length
    if (wanted.length) this.pass(wanted)
  }

  private pass(bytes: Buffer) {
    if (!this.push(bytes)) this.socket.pause()
  }

  private finish() {
    if (!this.reader) this.push(null)
    else if (this.reader.empty && !this.interim) this.destroy(new FailureError(EMPTY))
    else this.destroy(new FailureError(INCOMPLETE))
  }
}

const EMPTY = { code: 'response_empty', message: 'The server closed the connection without an answer' } as const
const INCOMPLETE = {
  code: 'response_incomplete',
  message: 'The server closed the connection before the head of its answer was complete',
} as const

/** 101 ends the exchange: nobody asked for another protocol, and nothing of HTTP follows. */
const isInterim = ({ status }: Head) => status < 200 && status !== 101

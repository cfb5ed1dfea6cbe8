import type { Socket } from 'node:net'
import { type Failure, FailureError, type Phase, type Refused, refusalOf } from '../failure'
import { connectionClosed } from './abort'
import { type BodyEnd, bodyEnd } from './body-end'
import type { Field } from './fields'
import { FinalHeadReader } from './final-head'
import { hasBody, type ResponseHead } from './head'
import { requestText } from './request-text'
import type { HttpRequest } from './send'
import { createNotes, type Notes } from './warnings'

/** An unwanted body of at most so many bytes is read and dropped: that is cheaper than a new connection. */
const DROPPED_BYTES_MAX = 16 * 1024

export interface ExchangeOptions {
  /** What is longer is cut, and the connection is closed. */
  bytesMax: number
  /** Whether the body is read. */
  wantsBody(head: ResponseHead): boolean
}

/** A response with its body as it was sent, without framing. */
export interface Exchanged {
  head: ResponseHead
  body: Buffer
  /** The body was longer than allowed. */
  isFull: boolean
  /** The body was not wanted. */
  isDropped: boolean
  /** Why the body is incomplete: what came of it is there. */
  broken: Failure | undefined
  /** Warnings about the response; decoding the body may add more. */
  notes: Notes
  /** When the head had arrived, by `performance.now()`. */
  headAt: number
}

/** A connection for HTTP/1.1 on which one exchange follows another (RFC 9112 section 9.3). */
export class HttpConnection {
  readonly address: string
  /** How long the server keeps it open, in seconds; undefined if it did not say. */
  keepAliveSeconds: number | undefined
  private current: Exchange | undefined
  private isOver = false

  /**
   * @param socket for https, one whose certificate was checked
   * @param onClose called once
   */
  constructor(
    private readonly socket: Socket,
    onClose: () => void,
  ) {
    this.address = socket.remoteAddress ?? ''
    socket.on('data', (chunk: Buffer) => (this.current ? this.current.receive(chunk) : this.close()))
    socket.on('end', () => (this.current ? this.current.end() : this.close()))
    socket.on('error', error => this.current?.fail(error))
    socket.on('close', () => {
      this.isOver = true
      this.current?.fail(connectionClosed())
      onClose()
    })
  }

  /** Whether another request may be sent. */
  get isReusable() {
    return !this.isOver && !this.current && !this.socket.destroyed && !this.socket.readableEnded
  }

  /**
   * Sends a request without a body and reads the response. After a failure before the end of the head, or a timeout, the
   * connection is closed.
   * @throws the reason of the aborted signal
   */
  exchange(request: HttpRequest, options: ExchangeOptions, signal: AbortSignal): Promise<Exchanged | Refused> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(request.method, options, () => {
        signal.removeEventListener('abort', abort)
        this.current = undefined
        this.keepAliveSeconds = exchange.keepAliveSeconds
        if (!exchange.leavesOpen) this.close()
        try {
          resolve(exchange.result(signal))
        } catch (error) {
          reject(error)
        }
      })
      const abort = () => exchange.fail(connectionClosed())
      this.current = exchange
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted || this.isOver) return abort()
      this.socket.write(requestText(request), 'latin1')
    })
  }

  close() {
    this.isOver = true
    this.socket.destroy()
  }
}

/** The state of one exchange. Ends once. */
class Exchange {
  private readonly notes: Notes = createNotes()
  private readonly reader = new FinalHeadReader(this.notes)
  private head: ResponseHead | undefined
  private body: BodyEnd | undefined
  private readonly chunks: Buffer[] = []
  private bytes = 0
  private isDropped = false
  private isFull = false
  private headAt = 0
  private error: unknown
  private isEnded = false
  /** Whether the next exchange may use the connection. */
  leavesOpen = false

  constructor(
    private readonly method: string,
    private readonly options: ExchangeOptions,
    private readonly onEnd: () => void,
  ) {}

  get keepAliveSeconds(): number | undefined {
    const value = this.head && fieldIn(this.head.fields, 'keep-alive')
    const seconds = value && /(?:^|[\s,])timeout=(\d{1,6})/i.exec(value)?.[1]
    return seconds ? Number(seconds) : undefined
  }

  receive(chunk: Buffer) {
    try {
      const rest = this.body ? chunk : this.takeHead(chunk)
      if (this.body && rest && !this.isEnded) this.takeBody(this.body, rest)
    } catch (error) {
      this.fail(error)
    }
  }

  /** The server closed the connection. */
  end() {
    this.finish(this.body ? this.body.missing() : new FailureError(this.reader.missing))
  }

  fail(error: unknown) {
    this.finish(error)
  }

  /** @throws the reason of the aborted signal; an error that is not of the network */
  result(signal: AbortSignal): Exchanged | Refused {
    const problem = this.error === undefined ? undefined : refusalOf(this.error, this.phase, signal)
    if (!this.head || (problem && signal.aborted)) return problem ?? { error: this.reader.missing }
    return {
      head: this.head,
      body: this.chunks.length === 1 && this.chunks[0] ? this.chunks[0] : Buffer.concat(this.chunks),
      isFull: this.isFull,
      isDropped: this.isDropped,
      broken: problem?.error,
      notes: this.notes,
      headAt: this.headAt,
    }
  }

  private get phase(): Phase {
    return this.head ? 'transfer' : 'first_byte'
  }

  /** @returns the bytes after the head */
  private takeHead(chunk: Buffer): Buffer | undefined {
    const complete = this.reader.take(chunk)
    if (!complete) return undefined
    const { head, rest } = complete
    this.headAt = performance.now()
    this.head = head
    const framing = hasBody(this.method, head) ? head.framing : 0
    this.body = bodyEnd(framing, this.notes)
    this.isDropped = !this.options.wantsBody(head)
    if (this.isDropped && !(typeof framing === 'number' && framing <= DROPPED_BYTES_MAX)) this.finish()
    return rest
  }

  private takeBody(body: BodyEnd, bytes: Buffer) {
    const data = body.take(bytes)
    if (data.length && !this.isDropped) {
      const room = this.options.bytesMax - this.bytes
      this.isFull = data.length > room
      this.chunks.push(this.isFull ? data.subarray(0, room) : data)
      this.bytes += data.length
      if (this.isFull) return this.finish()
    }
    if (!body.reached()) return
    // a response to HEAD may wrongly be followed by a body, which would be taken for the next response
    this.leavesOpen = this.method !== 'HEAD' && !this.notes.has('data_after_response') && isPersistent(this.head)
    this.finish()
  }

  private finish(error?: unknown) {
    if (this.isEnded) return
    this.isEnded = true
    this.error = error
    this.onEnd()
  }
}

/** Whether the server keeps the connection open (RFC 9112 section 9.3). */
function isPersistent(head: ResponseHead | undefined): boolean {
  if (!head || head.status === 101) return false
  const wishes = fieldIn(head.fields, 'connection')?.toLowerCase() ?? ''
  return !wishes.includes('close') && (head.isHttp11 || wishes.includes('keep-alive'))
}

const fieldIn = (fields: readonly Field[], wanted: string) =>
  fields.find(({ name }) => name.toLowerCase() === wanted)?.value

const LF = 10
const HEAD_BYTES = 96
const TAIL_BYTES = 192
const NOTHING = Buffer.alloc(0)
const ONE_LF = Buffer.from('\n')

/** A server-sent event as text: complete, or only its first and last bytes. */
export type EventSink = (head: string, tail: string) => void

/**
 * Splits a body into server-sent events. To be cheap, it relies on our server and the peers using single line feeds and no
 * empty lines inside events: it uses native searches and does not copy unused parts.
 */
export class EventSplitter {
  private kept: Buffer[] = []
  private head = ''
  /** The last read ended in a line feed, which may be the first half of an event's end. */
  private heldLf = false

  /** @param whole keep complete events; otherwise only enough of both ends for name, id and range */
  constructor(
    private readonly whole: boolean,
    private readonly sink: EventSink,
  ) {}

  feed(bytes: Buffer) {
    let at = 0
    if (this.heldLf) {
      this.heldLf = false
      if (bytes[0] === LF) {
        this.finish(NOTHING)
        at = 1
      } else this.keep(ONE_LF)
    }
    for (let end = bytes.indexOf('\n\n', at, 'latin1'); end >= 0; end = bytes.indexOf('\n\n', at, 'latin1')) {
      this.finish(bytes.subarray(at, end))
      at = end + 2
    }
    if (at === bytes.length) return
    this.heldLf = bytes[bytes.length - 1] === LF
    this.keep(bytes.subarray(at, this.heldLf ? bytes.length - 1 : bytes.length))
  }

  private keep(bytes: Buffer) {
    if (this.head.length < HEAD_BYTES) this.head += bytes.toString('latin1', 0, HEAD_BYTES - this.head.length)
    // the buffer is reused for the next read
    const wanted = this.whole ? bytes : bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES))
    if (!this.whole && wanted.length === TAIL_BYTES) this.kept.length = 0
    this.kept.push(Buffer.from(wanted))
  }

  private finish(last: Buffer) {
    const head = this.head + last.toString('latin1', 0, HEAD_BYTES - this.head.length)
    const end = this.whole || last.length < TAIL_BYTES ? last : last.subarray(last.length - TAIL_BYTES)
    const tail = this.kept.length ? Buffer.concat([...this.kept, end]) : end
    this.kept = []
    this.head = ''
    this.sink(head, tail.toString('utf8'))
  }
}

const LF = 10
const HEAD_BYTES = 96
const TAIL_BYTES = 192

/** One server-sent event as text: whole, or only its first and last bytes. */
export type EventSink = (head: string, tail: string) => void

/**
 * Splits a body into server-sent events. It relies on what our server and the peers promise, single line feeds and no
 * empty line inside an event, so that it costs little: native searches, and no copy of what nobody will look at.
 */
export class EventSplitter {
  private kept: Buffer[] = []
  private keptBytes = 0
  private head = ''
  private endsWithLf = false

  /** @param whole keep all of an event; else only enough of its ends to see name, id and range */
  constructor(
    private readonly whole: boolean,
    private readonly sink: EventSink,
  ) {}

  feed(bytes: Buffer) {
    let at = 0
    if (this.endsWithLf && bytes[0] === LF) {
      this.finish(Buffer.alloc(0))
      at = 1
    }
    for (let end = bytes.indexOf('\n\n', at, 'latin1'); end >= 0; end = bytes.indexOf('\n\n', at, 'latin1')) {
      this.finish(bytes.subarray(at, end))
      at = end + 2
    }
    if (at < bytes.length) this.keep(bytes.subarray(at))
    else this.endsWithLf = false
  }

  private keep(bytes: Buffer) {
    this.endsWithLf = bytes[bytes.length - 1] === LF
    if (this.keptBytes === 0) this.head = bytes.toString('latin1', 0, HEAD_BYTES)
    else if (this.head.length < HEAD_BYTES) this.head += bytes.toString('latin1', 0, HEAD_BYTES - this.head.length)
    this.keptBytes += bytes.length
    // the buffer is used again for the next read
    const wanted = this.whole ? bytes : bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES))
    if (!this.whole && wanted.length === TAIL_BYTES) this.kept.length = 0
    this.kept.push(Buffer.from(wanted))
  }

  private finish(last: Buffer) {
    this.endsWithLf = false
    const head = this.keptBytes === 0 ? last.toString('latin1', 0, HEAD_BYTES) : this.head
    const end = this.whole || last.length < TAIL_BYTES ? last : last.subarray(last.length - TAIL_BYTES)
    const tail = this.kept.length ? Buffer.concat([...this.kept, end]) : end
    this.kept = []
    this.keptBytes = 0
    this.head = ''
    this.sink(head, tail.toString('utf8'))
  }
}

const CR = 13

/** Receives bytes of a body, which are only valid during the call. */
export type BodySink = (bytes: Buffer) => void

/** The response to one HTTP/1.1 request on a raw socket, which is much cheaper than Node's own client. */
export class HttpBody {
  status = 0
  /** When a refused request may be repeated; undefined if the server does not say. */
  retryAfterMs: number | undefined
  /** Whether the last chunk has been received. */
  ended = false
  /** Chunks so far; our server sends one for each frame. */
  chunks = 0
  private head: Buffer | undefined = Buffer.alloc(0)
  private chunked = false
  /** Remaining bytes of the current chunk. */
  private left = 0
  /** The first part of a chunk size line that was split between reads. */
  private sizeLine = ''
  /** Bytes of the line end after a chunk that are still to skip. */
  private skip = 0

  constructor(private readonly sink: BodySink) {}

  feed(bytes: Buffer) {
    const body = this.head ? this.readHead(bytes) : bytes
    if (!body?.length) return
    if (this.chunked) this.feedChunked(body)
    else this.sink(body)
  }

  private readHead(bytes: Buffer): Buffer | undefined {
    const head = Buffer.concat([this.head ?? bytes, bytes])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) {
      this.head = head
      return undefined
    }
    const text = head.toString('latin1', 0, end)
    this.status = Number(text.split(' ', 2)[1])
    const seconds = /^retry-after: *(\d+)/im.exec(text)?.[1]
    this.retryAfterMs = seconds === undefined ? undefined : Number(seconds) * 1_000
    this.chunked = /^transfer-encoding: *chunked/im.test(text)
    this.head = undefined
    return head.subarray(end + 4)
  }

  /** RFC 9112 section 7.1, without extensions and trailers, which none of these servers send. */
  private feedChunked(bytes: Buffer) {
    let at = 0
    while (at < bytes.length && !this.ended) {
      if (this.skip > 0) {
        const skipped = Math.min(this.skip, bytes.length - at)
        this.skip -= skipped
        at += skipped
      } else if (this.left > 0) {
        const taken = Math.min(this.left, bytes.length - at)
        this.sink(bytes.subarray(at, at + taken))
        this.left -= taken
        at += taken
        if (this.left === 0) this.skip = 2
      } else at = this.readSize(bytes, at)
    }
  }

  private readSize(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(CR, from)
    if (end < 0) {
      this.sizeLine += bytes.toString('latin1', from)
      return bytes.length
    }
    this.left = Number.parseInt(this.sizeLine + bytes.toString('latin1', from, end), 16)
    this.sizeLine = ''
    this.skip = 1 // the line feed
    this.chunks++
    if (this.left === 0) this.ended = true
    return end + 1
  }
}

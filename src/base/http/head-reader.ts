import { invalid, isStart, notHttp, START_BYTES } from './status-line'

/** Chromium's limit for a response head. */
export const HEAD_BYTES_MAX = 256 * 1024
const END = /\n\r?\n/

/** Collects a response head up to its blank line, in linear time and with a size limit. */
export class HeadReader {
  private readonly parts: string[] = []
  private bytes = 0
  /** The last characters read, in which the end of the head may start. */
  private tail = ''
  private started = false
  /** Whether blank lines or spaces preceded the status line. */
  private indented = false

  /** Whether no bytes have been received. */
  get empty() {
    return this.bytes === 0
  }

  /**
   * @returns the head, one character per byte, and the bytes after it; undefined if more is needed
   * @throws FailureError if it is not HTTP or too large
   */
  take(chunk: Buffer): { raw: string; rest: Buffer } | undefined {
    this.bytes += chunk.length
    let text = chunk.toString('latin1')
    if (!this.parts.length) {
      const begin = text.trimStart()
      this.indented ||= begin.length < text.length
      text = begin
    }
    if (!text) return this.more()
    const end = END.exec(this.tail + text)
    const headLength = end ? end.index + end[0].length - this.tail.length : text.length
    this.tail = (this.tail + text).slice(-2)
    this.parts.push(text.slice(0, headLength))
    this.checkStart()
    if (!end) return this.more()
    const rest = chunk.subarray(chunk.length - (text.length - headLength))
    checkSize(this.bytes - rest.length)
    return { raw: (this.indented ? ' ' : '') + this.parts.join(''), rest }
  }

  private more() {
    checkSize(this.bytes)
    return undefined
  }

  /** Detects other protocols at once: they may never send a blank line. */
  private checkStart() {
    if (this.started) return
    const text = this.parts.join('')
    if (isStart(text)) this.started = true
    else if (text.length >= START_BYTES || text.includes('\n')) throw notHttp(text.split(/\r?\n/)[0] ?? '')
  }
}

function checkSize(headBytes: number) {
  if (headBytes > HEAD_BYTES_MAX) throw invalid(`Its head is larger than ${HEAD_BYTES_MAX / 1024} KiB`)
}

import { invalid, isStart, notHttp, START_BYTES } from './status-line'

/** Chromium's limit for the whole head. */
export const HEAD_BYTES_MAX = 256 * 1024
const END = /\n\r?\n/

/** Collects the bytes of one head, up to its blank line. The size is bounded, the work is linear in it. */
export class HeadReader {
  private readonly parts: string[] = []
  private bytes = 0
  /** The last characters so far: the end of the head can begin in them. */
  private tail = ''
  private started = false
  /** Blank lines or spaces came before the status line. */
  private indented = false

  /** Nothing came at all. */
  get empty() {
    return this.bytes === 0
  }

  /**
   * @returns the head, one character per byte, and what comes behind it; undefined when more is needed
   * @throws FailureError when it is no HTTP or too large
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
    this.judgeStart()
    if (!end) return this.more()
    const rest = chunk.subarray(chunk.length - (text.length - headLength))
    mustFit(this.bytes - rest.length)
    return { raw: (this.indented ? ' ' : '') + this.parts.join(''), rest }
  }

  private more() {
    mustFit(this.bytes)
    return undefined
  }

  /** Something else than HTTP is told at once: it may never send a blank line. */
  private judgeStart() {
    if (this.started) return
    const text = this.parts.join('')
    if (isStart(text)) this.started = true
    else if (text.length >= START_BYTES || text.includes('\n')) throw notHttp(text.split(/\r?\n/)[0] ?? '')
  }
}

function mustFit(headBytes: number) {
  if (headBytes > HEAD_BYTES_MAX) throw invalid(`Its head is larger than ${HEAD_BYTES_MAX / 1024} KiB`)
}

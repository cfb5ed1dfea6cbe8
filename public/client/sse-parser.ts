export interface SseEvent {
  /** `message` when the sender named none. */
  event: string
  data: string
  id: string
}

export interface SseParserOptions {
  onEvent(event: SseEvent): void
  onRetry?(milliseconds: number): void
}

/**
 * Decodes `text/event-stream` (WHATWG HTML section 9.2.6) from chunks that may be split anywhere. An unfinished event
 * at the end of the stream is discarded. The browser's EventSource can neither send headers nor tell 204 from 503, and
 * the package eventsource-parser drops ids of events without data (3.x) or needs Node 22 (4.x).
 */
export class SseParser {
  /** The id of the last complete block, even if it had no data. */
  lastEventId = ''
  // Strips one leading byte order mark, as the standard requires.
  private readonly decoder = new TextDecoder('utf-8')
  private rest: string[] = []
  private afterCarriageReturn = false
  private event = ''
  private data: string[] = []
  private id = ''

  constructor(private readonly options: SseParserOptions) {}

  push(chunk: Uint8Array) {
    this.scan(this.decoder.decode(chunk, { stream: true }))
  }

  private scan(text: string) {
    if (text === '') return
    let from = this.afterCarriageReturn && text.startsWith('\n') ? 1 : 0
    this.afterCarriageReturn = false
    const lineEnd = /\r\n?|\n/g
    lineEnd.lastIndex = from
    for (let end = lineEnd.exec(text); end !== null; end = lineEnd.exec(text)) {
      this.line(this.finish(text.slice(from, end.index)))
      from = lineEnd.lastIndex
      this.afterCarriageReturn = end[0] === '\r' && from === text.length
    }
    if (from < text.length) this.rest.push(text.slice(from))
  }

  /** Joins the pieces once per line, so that decoding 10 MB in chunks of 16 KB takes linear time. */
  private finish(tail: string) {
    if (this.rest.length === 0) return tail
    const line = this.rest.join('') + tail
    this.rest = []
    return line
  }

  private line(line: string) {
    if (line === '') return this.dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon === -1 ? line : line.slice(0, colon)
    const valueAt = line[colon + 1] === ' ' ? colon + 2 : colon + 1
    this.field(field, colon === -1 ? '' : line.slice(valueAt))
  }

  private field(name: string, value: string) {
    if (name === 'data') this.data.push(value)
    else if (name === 'event') this.event = value
    else if (name === 'id') {
      if (!value.includes('\0')) this.id = value
    } else if (name === 'retry' && /^[0-9]+$/.test(value)) this.options.onRetry?.(Number(value))
  }

  private dispatch() {
    this.lastEventId = this.id
    const { event, data } = this
    this.event = ''
    this.data = []
    if (data.length > 0) this.options.onEvent({ event: event || 'message', data: data.join('\n'), id: this.id })
  }
}

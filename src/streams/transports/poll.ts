import type { WireEvent } from '../frame'
import { type Frame, socketText } from '../frame'
import type { StreamMetrics } from '../metrics'
import { compositeFormat } from '../position'
import type { Reader } from '../reader'
import { Connection, type ConnectionSettings } from './connection'

/** Max size of a response; the rest follows with the next poll. */
const RESPONSE_BYTES_MAX = 256 * 1024
/** After this extra time a poll responds with what it has, even if the database is slow. */
const CATCH_UP_MS_MAX = 10_000

/** One long poll: collects the available events, or waits for the first. */
export class PollConnection extends Connection {
  private readonly events: string[] = []
  private bytes = 0
  private timedOut = false
  private endedCount = 0
  private readonly behind = new Set<Reader>()
  private respond: () => void = () => undefined
  private readonly composite: ((positions: readonly string[]) => string) | undefined

  constructor(topics: readonly string[], credentialId: string, settings: ConnectionSettings, metrics: StreamMetrics) {
    super(credentialId, settings, metrics, 'poll')
    this.composite = topics.length > 1 ? compositeFormat(topics) : undefined
  }

  override get writable(): boolean {
    return super.writable && this.bytes < RESPONSE_BYTES_MAX
  }

  /**
   * Starts the readers. Resolves with the encoded response at once if there are events, else after `waitMs` at most.
   */
  async collect(begin: (() => void)[], waitMs: number): Promise<string> {
    for (const reader of this.readers) this.behind.add(reader)
    const complete = new Promise<void>(resolve => {
      this.respond = resolve
    })
    if (this.isClosed) this.respond() // the process stopped while it was joining
    const timers = [setTimeout(() => this.timeOut(), waitMs), setTimeout(this.respond, waitMs + CATCH_UP_MS_MAX)]
    for (const start of begin) start()
    await complete
    for (const timer of timers) clearTimeout(timer)
    const ended = this.endedCount === this.readers.length
    const id = this.idOf(this.readers.map(reader => reader.position))
    this.close('ended')
    return `{"events":[${this.events.join(',')}],"last_event_id":${JSON.stringify(id)},"ended":${ended}}`
  }

  send(reader: Reader, frame: Frame) {
    this.add(reader, frame.events, frame.last)
    this.check()
  }

  sendOwn(reader: Reader, events: WireEvent[]) {
    this.add(reader, events, reader.cursor)
    this.check()
  }

  ended() {
    this.endedCount++
  }

  caughtUp(reader: Reader) {
    this.behind.delete(reader)
    this.check()
  }

  protected ping() {
    this.wrote(true)
  }

  protected finish() {
    this.respond()
  }

  protected destroy() {
    this.respond()
  }

  private timeOut() {
    this.timedOut = true
    this.check()
  }

  private check() {
    const full = this.bytes >= RESPONSE_BYTES_MAX
    if (full || (this.behind.size === 0 && (this.events.length > 0 || this.timedOut))) this.respond()
  }

  private idOf(positions: string[]): string {
    return this.composite ? this.composite(positions) : (positions[0] ?? '')
  }

  private add(reader: Reader, events: readonly WireEvent[], last: number) {
    const { epoch } = reader.feed.head
    for (const [i, each] of events.entries()) {
      const own = `${epoch}.${i === events.length - 1 ? last : each.seq}`
      const text = socketText(each, this.idOf(this.readers.map(other => (other === reader ? own : other.position))))
      this.events.push(text)
      this.bytes += text.length
    }
    this.wrote(true)
  }
}

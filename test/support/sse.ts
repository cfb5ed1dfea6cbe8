import { createParser, type EventSourceMessage } from 'eventsource-parser'

export interface StreamEvent {
  event: string
  id: string
  data: Record<string, unknown>
}

export interface Line {
  seq: number
  line: number
  message: string
  level: string
  step: string | null
}

/** A reader of server-sent events with an independent decoder. Waits for events, never for time. */
export class SseReader {
  readonly events: StreamEvent[] = []
  lastId = ''
  retryMs: number | undefined
  private waiting: { done: () => boolean; resolve(): void; reject(error: Error): void }[] = []
  closed = false
  readonly finished: Promise<void>

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
    private readonly onEvent: (event: StreamEvent) => void,
  ) {
    this.finished = this.read()
  }

  /** @param onEvent called with each event as it arrives */
  static async open(
    url: string,
    headers: Record<string, string>,
    onEvent: (event: StreamEvent) => void = () => undefined,
  ): Promise<SseReader> {
    const abort = new AbortController()
    const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal })
    return new SseReader(response, abort, onEvent)
  }

  close() {
    this.abort.abort()
    return this.finished
  }

  /** All log lines so far. */
  get lines(): Line[] {
    return this.events.filter(({ event }) => event === 'logs').flatMap(({ data }) => data.logs as Line[])
  }

  named(event: string): StreamEvent[] {
    return this.events.filter(each => each.event === event)
  }

  /** Resolves once the condition holds; rejects if the stream ends before. */
  until(done: () => boolean, what = 'the expected events'): Promise<void> {
    if (done()) return Promise.resolve()
    if (this.closed)
      return Promise.reject(new Error(`The stream (HTTP ${this.response.status}) had ended before ${what}`))
    return new Promise((resolve, reject) =>
      this.waiting.push({ done, resolve, reject: () => reject(new Error(`The stream ended before ${what}`)) }),
    )
  }

  async next(event: string): Promise<StreamEvent> {
    await this.until(() => this.named(event).length > 0, `an event ${event}`)
    return this.named(event)[0] as StreamEvent
  }

  private async read() {
    const parser = createParser({
      onEvent: message => this.take(message),
      onRetry: ms => {
        this.retryMs = ms
      },
    })
    const decoder = new TextDecoder()
    try {
      for await (const chunk of this.response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }))
    } catch (error) {
      if (!this.abort.signal.aborted && !/terminated|aborted/.test(String(error))) throw error
    } finally {
      this.closed = true
      this.check()
      for (const waiter of this.waiting.splice(0)) waiter.reject(new Error())
    }
  }

  private take({ event = 'message', id, data }: EventSourceMessage) {
    if (id !== undefined) this.lastId = id
    const taken = { event, id: this.lastId, data: JSON.parse(data) }
    this.events.push(taken)
    this.onEvent(taken)
    this.check()
  }

  private check() {
    const ready = this.waiting.filter(waiter => waiter.done())
    this.waiting = this.waiting.filter(waiter => !ready.includes(waiter))
    for (const waiter of ready) waiter.resolve()
  }
}

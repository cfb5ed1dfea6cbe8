import type { WireEvent } from './encode'

const CRLF = Buffer.from('\r\n')

/**
 * Events that are sent together. Encoded once per transport and shared by all readers. Covers the topic from `first` to
 * `last`, including entries that the filter left out.
 */
export class Frame {
  private sseBytes: Buffer | undefined
  private sseBodies: Buffer[] | undefined
  private socketTexts: string[] | undefined

  constructor(
    readonly first: number,
    readonly last: number,
    readonly epoch: string,
    readonly events: readonly WireEvent[],
    /** Called for each encoding, to count them. */
    private readonly onEncode: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.events.length === 0
  }

  /** Approximate memory use, in bytes. */
  get bytes(): number {
    return this.events.reduce((sum, event) => sum + event.data.length, 200)
  }

  /** As one HTTP chunk of server-sent events. The id of the last event covers the whole frame. */
  get sse(): Buffer {
    if (!this.sseBytes) {
      this.onEncode()
      this.sseBytes = httpChunk(sseText(this.events, seq => `${this.epoch}.${seq}`, this.last))
    }
    return this.sseBytes
  }

  /** The same with ids for one reader; only the ids are encoded for each. */
  sseWithIds(id: (seq: number) => string): Buffer {
    if (!this.sseBodies) {
      this.onEncode()
      this.sseBodies = this.events.map(({ event, data }) => Buffer.from(`event: ${event}\ndata: ${data}\n`))
    }
    const parts = this.sseBodies.flatMap((body, i) => [body, Buffer.from(`id: ${id(this.idSeq(i))}\n\n`)])
    return chunkOf(Buffer.concat(parts))
  }

  /** As WebSocket messages. */
  get socket(): string[] {
    if (!this.socketTexts) {
      this.onEncode()
      const id = (seq: number) => `${this.epoch}.${seq}`
      this.socketTexts = this.events.map((each, i) => socketText(each, id(this.idSeq(i))))
    }
    return this.socketTexts
  }

  /** The id of the last event also covers the entries after it that the filter left out. */
  private idSeq(at: number): number {
    return at === this.events.length - 1 ? this.last : (this.events[at]?.seq ?? this.last)
  }
}

/** Server-sent events (WHATWG HTML section 9.2.5). `data` is JSON without line breaks, so one data line is enough. */
export function sseText(events: readonly WireEvent[], id: (seq: number) => string, last: number): string {
  return events
    .map(
      ({ event, data, seq }, i) =>
        `event: ${event}\nid: ${id(i === events.length - 1 ? last : seq)}\ndata: ${data}\n\n`,
    )
    .join('')
}

export const socketText = ({ event, data }: Pick<WireEvent, 'event' | 'data'>, id: string | null) =>
  `{"event":"${event}","id":${id === null ? 'null' : JSON.stringify(id)},"data":${data}}`

/** An HTTP chunk (RFC 9112 section 7.1) that readers share: Node's own chunked encoding would run once per reader. */
export const httpChunk = (body: string): Buffer => chunkOf(Buffer.from(body))

const chunkOf = (bytes: Buffer) => Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF])

import { isCheckingContracts, recordMismatch } from '../base/contract-check'
import { type ControlEvents, controlEvents } from '../contract/streams'
import type { Entry } from './entry'
import { type DecodedEvent, decodeEvent, isLine } from './record'

/** One event on the wire, for any transport: `data` is encoded JSON, `seq` the last entry delivered with it. */
export interface WireEvent {
  event: string
  data: string
  seq: number
}

/** How the entries of a topic are encoded. */
export interface Shape {
  topic: string
  tenantId: string
  epoch: string
  /** Tenant events have an envelope (type, id, sequence, ...); entries of other topics are sent as they are. */
  envelope: boolean
}

/** An event about a stream or its connection. @param seq the last entry delivered before */
export function controlEvent<Kind extends keyof ControlEvents>(
  event: Kind,
  data: ControlEvents[Kind],
  seq = 0,
): WireEvent {
  if (isCheckingContracts) recordMismatch(`The event ${event}`, controlEvents[event], data)
  return { event, data: JSON.stringify(data), seq }
}

/** Encodes a log line as the contract defines it. */
export const encodeLine = ({ seq, line, record }: Entry): string => `{"seq":${seq},"line":${line},${record}`

/** Adds the topic's name to an encoded object. */
export const withTopic = (topic: string, data: string | null) =>
  data?.startsWith('{')
    ? `{"topic":${JSON.stringify(topic)}${data === '{}' ? '}' : `,${data.slice(1)}`}`
    : `{"topic":${JSON.stringify(topic)},"value":${data}}`

/**
 * A tenant event in its envelope. The entry's `data` holds `labels` and `data`.
 * @param seq null for events that are not stored
 */
function encodeEnvelope({ kind, timestamp, source, data }: DecodedEvent, seq: number | null, shape: Shape): string {
  const id = seq === null ? 'null' : `"${shape.epoch}.${seq}"`
  const rest = data === null || data === '{}' ? '}' : data.startsWith('{') ? `,${data.slice(1)}` : `,"data":${data}}`
  return (
    `{"topic":"${shape.topic}","type":"${kind}","id":${id},"sequence":${seq},"timestamp":"${timestamp}",` +
    `"source":${source},"tenant_id":"${shape.tenantId}"${rest}`
  )
}

/** @param seq null for events that are not stored */
export const encodeEvent = (event: DecodedEvent, seq: number | null, shape: Shape) => ({
  event: event.kind,
  data: shape.envelope ? encodeEnvelope(event, seq, shape) : withTopic(shape.topic, event.data),
})

/** Turns entries into events, in order: adjacent lines share a `logs` event, all others get their own. */
export function encodeEntries(entries: readonly Entry[], shape: Shape, history: boolean): WireEvent[] {
  const events: WireEvent[] = []
  let lines: Entry[] = []
  const closeLines = () => {
    const [first, last] = [lines[0], lines.at(-1)]
    if (!first || !last) return
    const meta = `{"topic":${JSON.stringify(shape.topic)},"first_seq":${first.seq},"last_seq":${last.seq},"history":${history}}`
    events.push({ event: 'logs', data: `{"logs":[${lines.map(encodeLine).join(',')}],"meta":${meta}}`, seq: last.seq })
    lines = []
  }
  for (const entry of entries) {
    if (isLine(entry.record)) {
      lines.push(entry)
      continue
    }
    closeLines()
    events.push({ ...encodeEvent(decodeEvent(entry.record), entry.seq, shape), seq: entry.seq })
  }
  closeLines()
  return events
}

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

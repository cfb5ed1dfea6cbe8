import { isCheckingContracts, recordMismatch } from '../base/contract-check'
import { type ControlEvents, controlEvents } from '../contract/streams'
import type { Entry } from './entry'

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
  if (isCheckingContracts()) recordMismatch(`The event ${event}`, controlEvents[event], data)
  return { event, data: JSON.stringify(data), seq }
}

const text = (value: string | null) => (value === null ? 'null' : JSON.stringify(value))

/** Encodes a log line as the contract defines it. */
export function encodeLine(entry: Entry): string {
  const flags = `${entry.truncated ? ',"truncated":true' : ''}${entry.data === null ? '' : `,"data":${entry.data}`}`
  return (
    `{"seq":${entry.seq},"line":${entry.line},"timestamp":"${entry.at.toISOString()}","level":"${entry.level}",` +
    `"step":${text(entry.step)},"attempt":${entry.attempt},"message":"${entry.message ?? ''}","source":${text(entry.source)}${flags}}`
  )
}

/** Adds the topic's name to an encoded object. */
export const withTopic = (topic: string, data: string | null) =>
  data?.startsWith('{')
    ? `{"topic":${JSON.stringify(topic)}${data === '{}' ? '}' : `,${data.slice(1)}`}`
    : `{"topic":${JSON.stringify(topic)},"value":${data}}`

/**
 * A tenant event in its envelope. The entry's `data` holds `labels` and `data`; `sequence` is null for unstored
 * events.
 */
export function encodeEnvelope(entry: Omit<Entry, 'seq'> & { seq: number | null }, shape: Shape): string {
  const id = entry.seq === null ? 'null' : `"${shape.epoch}.${entry.seq}"`
  const { data } = entry
  const rest = data === null || data === '{}' ? '}' : data.startsWith('{') ? `,${data.slice(1)}` : `,"data":${data}}`
  return (
    `{"topic":"${shape.topic}","type":"${entry.kind}","id":${id},"sequence":${entry.seq},"timestamp":"${entry.at.toISOString()}",` +
    `"source":${text(entry.source)},"tenant_id":"${shape.tenantId}"${rest}`
  )
}

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
    if (entry.kind === 'log') {
      lines.push(entry)
      continue
    }
    closeLines()
    const data = shape.envelope ? encodeEnvelope(entry, shape) : withTopic(shape.topic, entry.data)
    events.push({ event: entry.kind, data, seq: entry.seq })
  }
  closeLines()
  return events
}

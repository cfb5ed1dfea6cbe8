import { Cursor } from './cursor'
import type { Frame } from './transport'
import type { Gap, JobStatus, LogLine, LogsMeta, StreamOptions } from './types'

interface Body {
  topic?: string
  epoch?: string
  reason?: string
  /** Tenant events have one; it is null for those that are not stored, such as queue counts. */
  sequence?: number | null
  logs?: LogLine[]
  meta?: LogsMeta
  missed?: number
  from_seq?: number
  to_seq?: number
}

/** Events about the connection, not about a topic. */
const CONNECTION_EVENTS = new Set(['ping', 'overloaded'])

/** Passes each frame to its callback, without lines and events that were delivered before. */
export class Delivery {
  private readonly cursors = new Map<string, Cursor>()
  private readonly ended = new Set<string>()
  private readonly isFiltered: boolean

  constructor(
    private topics: string[],
    private readonly options: StreamOptions,
  ) {
    this.isFiltered = Boolean(options.level || options.step || options.q)
  }

  /** Forgets topics that are no longer watched, so that one that is added again starts with its history. */
  setTopics(topics: string[]) {
    this.topics = topics
    for (const topic of this.cursors.keys()) if (!topics.includes(topic)) this.cursors.delete(topic)
    for (const topic of this.ended) if (!topics.includes(topic)) this.ended.delete(topic)
  }

  get isEnded() {
    return this.topics.length > 0 && this.topics.every(topic => this.ended.has(topic))
  }

  frame({ event, id, data }: Frame) {
    if (CONNECTION_EVENTS.has(event) || data === null || typeof data !== 'object') return
    const body = data as Body
    const topic = body.topic ?? body.meta?.topic ?? this.topics[0] ?? ''
    if (this.topics.length > 0 && !this.topics.includes(topic)) return
    const cursor = this.cursorOf(topic)
    if (this.topics.length === 1 && /^[^.]+\.[0-9]+$/.test(id)) cursor.setEpoch(id.slice(0, id.indexOf('.')))
    if (event === 'logs') this.logs(cursor, topic, body)
    else if (event === 'gap' || event === 'reset') this.gap(cursor, topic, body, event === 'reset')
    else if (event === 'end') this.end(topic, body)
    else if (event === 'status') this.options.onStatus?.(data as JobStatus, topic)
    else if (typeof body.sequence !== 'number' || cursor.takeEvent(body.sequence))
      this.options.onEvent?.({ type: event, id, topic, data })
  }

  private logs(cursor: Cursor, topic: string, { logs = [], meta }: Body) {
    const { fresh, missed, fromSeq } = cursor.takeLines(logs)
    const [first] = fresh
    if (!first) return
    if (missed > 0) {
      this.options.onGap?.({
        topic,
        reason: 'not_received',
        missed,
        from_seq: fromSeq,
        to_seq: first.seq - 1,
        reset: false,
      })
    }
    const range = { topic, first_seq: first.seq, last_seq: fresh.at(-1)?.seq ?? first.seq }
    this.options.onLogs?.(fresh, { ...range, history: meta?.history ?? false })
  }

  private gap(cursor: Cursor, topic: string, body: Body, reset: boolean) {
    if (reset) cursor.reset()
    else cursor.skip()
    const gap: Gap = {
      topic,
      reason: body.reason ?? 'unknown',
      missed: body.missed ?? null,
      from_seq: body.from_seq ?? null,
      to_seq: body.to_seq ?? null,
      reset,
    }
    this.options.onGap?.(gap)
  }

  private end(topic: string, { reason }: Body) {
    this.ended.add(topic)
    this.options.onEnd?.(topic, reason ?? 'ended')
  }

  private cursorOf(topic: string) {
    const known = this.cursors.get(topic)
    if (known) return known
    const cursor = new Cursor(this.isFiltered)
    this.cursors.set(topic, cursor)
    return cursor
  }
}

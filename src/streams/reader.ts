import type { Channel } from './channel'
import { type WireEvent, withTopic } from './encode'
import type { Filter } from './filter'
import type { Frame } from './frame'
import { formatPosition } from './position'
import type { View } from './view'

/** Where a reader's events go: one of the transports. */
export interface Sink {
  /** False while the last write is still buffered; call `advance` when it becomes true again. */
  readonly writable: boolean
  send(reader: Reader, frame: Frame): void
  /** Events for this reader alone. */
  sendOwn(reader: Reader, events: WireEvent[]): void
  /** The topic has ended and everything was sent. */
  ended(reader: Reader, reason: string): void
  gap(): void
  /** Everything available so far was sent. */
  caughtUp?(reader: Reader): void
}

/**
 * One client's reader of one topic: a cursor, not a queue. Whenever it can write, it takes the next frame from the ring
 * of its view, or else from the database. However slow it is, it buffers only its last write.
 */
export class Reader {
  readonly view: View
  private begun = false
  private busy = false
  isClosed = false
  private announced = 0

  constructor(
    readonly channel: Channel,
    filter: Filter,
    /** The last entry delivered. */
    public cursor: number,
    /** The head when it joined: entries up to here are history. */
    private joinedAt: number,
    private readonly sink: Sink,
    private readonly onClose: () => void,
  ) {
    this.view = channel.view(filter)
    channel.add(this)
  }

  get position(): string {
    return formatPosition({ epoch: this.channel.head.epoch, seq: this.cursor })
  }

  /** Whether it is at the end of the frames. */
  get isLive(): boolean {
    return this.cursor >= this.channel.sealed
  }

  /**
   * Starts sending. Before that, the connection may not have sent its response headers yet.
   * @param reset why the client's position cannot be used
   * @param state the whole state of the topic, sent with the reader's position as id
   */
  begin(reset: string | undefined, state: string | null) {
    this.begun = true
    const { family, topic, head } = this.channel
    const send = (event: string, data: string) =>
      this.sink.sendOwn(this, [{ event, data: withTopic(topic.name, data), seq: this.cursor }])
    if (reset) send('reset', JSON.stringify({ epoch: head.epoch, reason: reset }))
    if (family.stateEvent && state !== null) send(family.stateEvent, state)
    this.advance()
  }

  /** The topic was recreated: reads it from its start. */
  restart() {
    const { head } = this.channel
    this.cursor = 0
    this.joinedAt = head.last_seq
    if (this.begun) this.begin('epoch_changed', head.state)
  }

  advance() {
    while (this.begun && !this.busy && !this.isClosed && this.sink.writable) {
      if (this.cursor < this.joinedAt) return this.replay(this.joinedAt, true)
      if (this.isLive) return this.idle()
      const frame = this.view.frameAfter(this.cursor)
      if (!frame) return this.replay(this.view.boundaryAfter(this.cursor, this.channel.sealed), false)
      this.deliver(frame)
    }
  }

  close() {
    if (this.isClosed) return
    this.isClosed = true
    this.channel.remove(this)
    this.onClose()
  }

  private deliver(frame: Frame) {
    this.cursor = frame.last
    if (!frame.isEmpty) this.sink.send(this, frame)
  }

  /** Continues from the database, asynchronously. */
  private replay(upTo: number, history: boolean) {
    const { head } = this.channel
    if (this.cursor + 1 < head.first_seq) return this.skipTrimmed(head.first_seq)
    this.busy = true
    this.channel.page(this.view.filter, this.cursor, upTo, history).then(
      frame => {
        this.busy = false
        // Otherwise the topic was recreated or trimmed while it was read.
        const fits = frame?.first === this.cursor + 1 && frame.epoch === this.channel.head.epoch
        if (fits && !this.isClosed) this.deliver(frame)
        this.advance()
      },
      () => {
        this.busy = false // the database is away; the next comparison of heads tries again
      },
    )
  }

  private skipTrimmed(firstSeq: number) {
    const [from_seq, to_seq] = [this.cursor + 1, firstSeq - 1]
    const missed = to_seq - from_seq + 1
    const data = withTopic(this.channel.topic.name, JSON.stringify({ from_seq, to_seq, missed, reason: 'retention' }))
    this.cursor = to_seq
    this.sink.gap()
    this.sink.sendOwn(this, [{ event: 'gap', data, seq: to_seq }])
    this.advance()
  }

  private idle() {
    if (this.announced < this.channel.announceVersion) this.sendAnnouncements()
    const reason = this.channel.endReason
    if (reason && !this.isClosed) {
      this.close()
      this.sink.ended(this, reason)
    }
    this.sink.caughtUp?.(this)
  }

  private sendAnnouncements() {
    const { announcements, announceVersion } = this.channel
    const { kinds, withoutKinds = [] } = this.view.filter.wanted
    const isWanted = (kind: string) => (!kinds || kinds.includes(kind)) && !withoutKinds.includes(kind)
    const fresh = [...announcements.values()].filter(
      each => each.version > this.announced && isWanted(each.event.event),
    )
    this.announced = announceVersion
    if (fresh.length)
      this.sink.sendOwn(
        this,
        fresh.map(({ event }) => ({ ...event, seq: this.cursor })),
      )
  }
}

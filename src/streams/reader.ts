import type { Filter } from './filter'
import type { Frame } from './frame'
import { controlEvent, type WireEvent, withTopic } from './frame'
import { formatPosition } from './position'
import type { TopicFeed } from './topic-feed'
import type { View } from './view'

/** Where a reader's events go: one of the transports. */
export interface Sink {
  /** False while the last write is still buffered. Readers need a call of `advance` when it becomes true again. */
  readonly writable: boolean
  send(reader: Reader, frame: Frame): void
  /** Sends events to this reader only. */
  sendOwn(reader: Reader, events: WireEvent[]): void
  /** The topic has ended and the reader has sent everything, including `end`. */
  ended(reader: Reader): void
  gap(): void
  /** The reader has sent everything available so far. */
  caughtUp?(reader: Reader): void
}

/**
 * Reads one topic for one client: a cursor, not a queue. Whenever it can write, it takes the next frame from the ring
 * of its view, or else from the database. However slow the client, only the last write is buffered.
 */
export class Reader {
  readonly view: View
  private begun = false
  private busy = false
  isClosed = false
  private announced = 0

  constructor(
    readonly feed: TopicFeed,
    filter: Filter,
    /** The last entry delivered. */
    public cursor: number,
    /** The head when it joined: entries up to here are history. */
    private joinedAt: number,
    private readonly sink: Sink,
    private readonly onClose: () => void,
  ) {
    this.view = feed.view(filter)
    feed.add(this)
  }

  get position(): string {
    return formatPosition({ epoch: this.feed.head.epoch, seq: this.cursor })
  }

  /** Whether it has sent all frames. */
  get isLive(): boolean {
    return this.cursor >= this.feed.sealed
  }

  /**
   * Starts sending. Call it once the response headers were sent.
   * @param reset why the client's position cannot be used
   * @param state the complete state of the topic, sent with the reader's position as id
   */
  begin(reset: string | undefined, state: string | null) {
    this.begun = true
    const { family, topic, head } = this.feed
    const send = (event: WireEvent) => this.sink.sendOwn(this, [event])
    if (reset) send(controlEvent('reset', { topic: topic.name, epoch: head.epoch, reason: reset }, this.cursor))
    if (family.stateEvent && state !== null)
      send({ event: family.stateEvent, data: withTopic(topic.name, state), seq: this.cursor })
    this.advance()
  }

  /** Starts over, because the topic was recreated. */
  restart() {
    const { head } = this.feed
    this.cursor = 0
    this.joinedAt = head.last_seq
    if (this.begun) this.begin('epoch_changed', head.state)
  }

  advance() {
    while (this.begun && !this.busy && !this.isClosed && this.sink.writable) {
      if (this.cursor < this.joinedAt) return this.replay(this.joinedAt, true)
      if (this.isLive) return this.idle()
      const frame = this.view.frameAfter(this.cursor)
      if (!frame) return this.replay(this.view.boundaryAfter(this.cursor, this.feed.sealed), false)
      this.deliver(frame)
    }
  }

  close() {
    if (this.isClosed) return
    this.isClosed = true
    this.feed.remove(this)
    this.onClose()
  }

  private deliver(frame: Frame) {
    this.cursor = frame.last
    if (!frame.isEmpty) this.sink.send(this, frame)
  }

  /** Reads the next frame from the database. */
  private replay(upTo: number, history: boolean) {
    const { head } = this.feed
    if (this.cursor + 1 < head.first_seq) return this.skipTrimmed(head.first_seq)
    this.busy = true
    this.feed.page(this.view.filter, this.cursor, upTo, history).then(
      frame => {
        this.busy = false
        // Otherwise the topic was recreated or trimmed during the read.
        const fits = frame?.first === this.cursor + 1 && frame.epoch === this.feed.head.epoch
        if (fits && !this.isClosed) this.deliver(frame)
        this.advance()
      },
      () => {
        this.busy = false // the database is down; the next comparison of heads tries again
      },
    )
  }

  private skipTrimmed(firstSeq: number) {
    const [from_seq, to_seq] = [this.cursor + 1, firstSeq - 1]
    const missed = to_seq - from_seq + 1
    const data = { topic: this.feed.topic.name, from_seq, to_seq, missed, reason: 'retention' }
    this.cursor = to_seq
    this.sink.gap()
    this.sink.sendOwn(this, [controlEvent('gap', data, to_seq)])
    this.advance()
  }

  private idle() {
    if (this.announced < this.feed.announceVersion) this.sendAnnouncements()
    const reason = this.feed.endReason
    if (reason && !this.isClosed) {
      this.close()
      this.sink.sendOwn(this, [controlEvent('end', { topic: this.feed.topic.name, reason }, this.cursor)])
      this.sink.ended(this)
    }
    this.sink.caughtUp?.(this)
  }

  private sendAnnouncements() {
    const { announcements, announceVersion } = this.feed
    const { kinds, withoutKinds = [] } = this.view.filter.criteria
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

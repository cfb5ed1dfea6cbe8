import type { Db } from '../base/db'
import type { Log } from '../base/log'
import { logRetryable } from '../base/outage'
import { readSome } from './chunk-store'
import type { Entry, NewEntry, Topic } from './entry'
import { prepare } from './entry'
import type { Family } from './families'
import type { Filter } from './filter'
import { encodeEntries, encodeEvent, Frame, type Shape, type WireEvent } from './frame'
import { findHead, type Head, readHead, readHeads } from './history'
import type { StreamMetrics } from './metrics'
import type { PageCache } from './page-cache'
import { decodeEvent } from './record'
import { View } from './view'

/** What a process publishes after it has committed entries to a topic. */
export interface TopicUpdate {
  id: number
  epoch: string
  first: number
  last: number
  end: string | null
  /** Null when they are too large for the bus and must be read from the database. */
  entries: Entry[] | null
  /** When they were committed, in ms since the epoch. */
  at: number
}

/** What a feed needs from its readers. */
export interface FeedReader {
  readonly view: View
  /** New frames or announcements are available. */
  advance(): void
  /** The topic was recreated. */
  restart(): void
}

export interface FeedDeps {
  db: Db
  log: Log
  metrics: StreamMetrics
  windowMs: number
  /** Of all topics of the process. */
  pageCache: PageCache
}

/** Pages end with a chunk, so readers that started at different places soon share pages. */
const PAGE = { entries: 1_000, bytes: 512 * 1024 }
/** A feed that is further behind skips ahead, and its readers page through the database. */
const CATCH_UP_MAX = 5_000
/** A window of this size is closed early. */
const PENDING_BYTES_MAX = 1024 * 1024

/**
 * A topic's readers in this process: batches entries into windows and encodes each window once per filter for all of
 * them.
 */
export class TopicFeed {
  readonly readers = new Set<FeedReader>()
  head: Head = { id: 0, epoch: '', last_seq: 0, last_line: 0, first_seq: 1, state: null, end_reason: null }
  /** The last entry received here; `sealed` is the last one in frames. */
  private tip = 0
  sealed = 0
  private pending: Entry[] = []
  private pendingBytes = 0
  private pendingSince = 0
  private timer: NodeJS.Timeout | undefined
  private sealedAt = 0
  private wantedTip = 0
  private catchingUp = false
  private readonly views = new Map<string, View>()
  private readonly pages = new Map<string, Promise<Frame | undefined>>()
  private headRead: Promise<Head> | undefined
  readonly announcements = new Map<string, { version: number; event: WireEvent }>()
  announceVersion = 0
  private opened = false

  constructor(
    readonly topic: Topic,
    readonly family: Family,
    private readonly deps: FeedDeps,
  ) {}

  get shape(): Shape {
    return {
      topic: this.topic.name,
      tenantId: this.topic.tenantId,
      epoch: this.head.epoch,
      envelope: this.family.envelope ?? false,
    }
  }

  /** Why the topic ended, once all its entries are in frames. */
  get endReason(): string | null {
    return this.tip === this.sealed && this.wantedTip <= this.tip ? this.head.end_reason || null : null
  }

  /** Reads the head of the topic. Call it after subscribing to updates, so that none is missed. */
  async open(): Promise<void> {
    const head = await this.readHead()
    this.head = head
    this.tip = head.last_seq
    this.sealed = head.last_seq
    this.opened = true
    // Updates received in the meantime may be newer than this head.
    if (this.wantedTip > this.tip) void this.recheck()
    this.wantedTip = this.tip
  }

  /** The head in the database; readers that join at the same time share one read. */
  readHead(): Promise<Head> {
    this.headRead ??= readHead(this.deps.db, this.topic).finally(() => {
      this.headRead = undefined
    })
    return this.headRead
  }

  /** Applies an update. Entries that follow the last known one are used at once; otherwise the database is read. */
  apply({ epoch, last, first, end, entries, at }: TopicUpdate) {
    if (!this.opened) {
      this.wantedTip = Math.max(this.wantedTip, last)
      return
    }
    if (last === Number.POSITIVE_INFINITY) return void this.recheck()
    if (epoch !== this.head.epoch) return void this.recheck()
    // Updates from several processes may arrive out of order; the latest says whether the topic has ended.
    if (last >= this.head.last_seq) this.head = { ...this.head, last_seq: last, end_reason: end }
    if (last <= this.tip) return this.advanceAll()
    if (!entries || first > this.tip + 1 || this.catchingUp) {
      this.wantedTip = Math.max(this.wantedTip, last)
      return void this.catchUp()
    }
    this.take(entries, at)
  }

  /** Compares with the head in the database, to find what the bus has lost. */
  compare(head: Head) {
    if (!this.opened) return
    if (head.epoch !== this.head.epoch) return this.restart(head)
    if (head.last_seq >= this.head.last_seq) this.head = head
    if (head.last_seq > this.tip) {
      this.wantedTip = Math.max(this.wantedTip, head.last_seq)
      void this.catchUp()
    } else this.advanceAll()
  }

  /** Sends an event that is not stored in the topic; the last one of each kind is kept for later readers. */
  announce(entry: NewEntry) {
    const event = encodeEvent(decodeEvent(prepare(entry).record), null, this.shape)
    this.announceVersion++
    this.announcements.set(entry.kind, { version: this.announceVersion, event: { ...event, seq: this.sealed } })
    this.schedule()
  }

  view(filter: Filter): View {
    const view = this.views.get(filter.key) ?? new View(filter)
    this.views.set(filter.key, view)
    return view
  }

  add(reader: FeedReader) {
    this.readers.add(reader)
    reader.view.readerCount++
  }

  remove(reader: FeedReader) {
    if (!this.readers.delete(reader)) return
    reader.view.readerCount--
    if (reader.view.readerCount === 0) this.views.delete(reader.view.filter.key)
  }

  /** A frame from the database, after `after` and up to `upTo` at most, which readers at about the same place share. */
  async page(filter: Filter, after: number, upTo: number, history: boolean): Promise<Frame | undefined> {
    const place = `${this.head.id}|${filter.key}|${after}|${history}`
    const kept = this.deps.pageCache.get(place, upTo)
    if (kept) return kept
    const frame = await this.sharedPage(filter, after, upTo, history)
    if (frame && this.readers.size > 1) this.deps.pageCache.set(place, frame)
    return frame
  }

  /** Readers that ask for a page at the same time share one read. */
  private sharedPage(filter: Filter, after: number, upTo: number, history: boolean): Promise<Frame | undefined> {
    const key = `${filter.key}|${after}|${upTo}|${history}`
    const running = this.pages.get(key)
    if (running) return running
    const read = this.readPage(filter, after, upTo, history).finally(() => this.pages.delete(key))
    this.pages.set(key, read)
    return read
  }

  close() {
    clearTimeout(this.timer)
  }

  private async readPage(filter: Filter, after: number, upTo: number, history: boolean): Promise<Frame | undefined> {
    const { shape, head, family } = this
    const { withoutKinds: unwanted = [] } = filter.criteria
    const withoutKinds = history ? [...unwanted, ...(family.supersededKinds ?? [])] : unwanted
    const criteria = { ...filter.criteria, withoutKinds }
    const read = await readSome(this.deps.db, head.id, { after, upTo }, criteria, PAGE)
    if (read.firstStored !== after + 1 && (await this.wasTrimmed(head, after))) return undefined
    const events = encodeEntries(read.entries, shape, history)
    return new Frame(after + 1, read.lookedUpTo, shape.epoch, events, () => this.deps.metrics.encodes.inc())
  }

  /** Entries missing from a page were either filtered out or trimmed since the head was read. */
  private async wasTrimmed({ id, epoch }: Head, after: number): Promise<boolean> {
    const [now] = await readHeads(this.deps.db, [id])
    if (!now || now.first_seq <= after + 1) return false
    if (this.head.epoch === epoch) this.head = { ...this.head, first_seq: now.first_seq }
    return true
  }

  private take(entries: Entry[], at: number) {
    for (const entry of entries) {
      if (entry.seq !== this.tip + 1) continue
      this.tip = entry.seq
      this.pending.push(entry)
      this.pendingBytes += sizeOf(entry)
    }
    this.pendingSince ||= at
    this.schedule()
  }

  private schedule() {
    const wait = this.pendingBytes > PENDING_BYTES_MAX ? 0 : this.sealedAt + this.deps.windowMs - performance.now()
    if (wait <= 0) return this.seal()
    this.timer ??= setTimeout(() => this.seal(), wait)
  }

  /** Closes the window: one frame per filter, for all its readers. */
  private seal() {
    clearTimeout(this.timer)
    this.timer = undefined
    this.sealedAt = performance.now()
    const entries = this.pending
    if (entries.length) {
      const { shape } = this
      const first = this.sealed + 1
      this.sealed = this.tip
      this.pending = []
      this.pendingBytes = 0
      for (const view of this.views.values()) {
        const wanted = entries.filter(({ record }) => view.filter.matches(record))
        const events = encodeEntries(wanted, shape, false)
        view.push(new Frame(first, this.sealed, shape.epoch, events, () => this.deps.metrics.encodes.inc()))
      }
    }
    this.advanceAll()
    if (this.pendingSince) this.deps.metrics.publishToWrite.observe(Math.max(0, Date.now() - this.pendingSince) / 1000)
    this.pendingSince = 0
  }

  advanceAll() {
    for (const reader of this.readers) reader.advance()
  }

  /**
   * Compares with the head in the database. Does not share a read in progress, which may predate the reason to check,
   * and does not recreate a topic that retention has removed.
   */
  async recheck() {
    const later = logRetryable(this.deps.log, 'Cannot read the head of a topic, will retry', {
      topic: this.topic.name,
    })
    const head = await findHead(this.deps.db, this.topic).catch(later)
    if (head) this.compare(head)
  }

  private async catchUp() {
    if (this.catchingUp) return
    this.catchingUp = true
    try {
      while (this.wantedTip > this.tip) await this.catchUpStep()
    } catch (error) {
      logRetryable(this.deps.log, 'Readers are waiting for the database', { topic: this.topic.name })(error)
    } finally {
      this.catchingUp = false
    }
  }

  private async catchUpStep() {
    const upTo = this.wantedTip
    if (upTo - this.tip > CATCH_UP_MAX) return this.skipTo(upTo)
    const { id } = this.head
    const { entries, firstStored } = await readSome(this.deps.db, id, { after: this.tip, upTo }, {}, PAGE)
    if (id !== this.head.id) return // the topic was recreated in the meantime
    if (firstStored !== this.tip + 1) return this.skipTo(upTo) // trimmed in the meantime: each reader gets a `gap` event
    this.take(entries, Date.now())
  }

  private skipTo(seq: number) {
    this.seal()
    this.tip = seq
    this.sealed = seq
    for (const view of this.views.values()) view.clear()
    this.advanceAll()
  }

  /** The topic was recreated: positions in the old one are invalid. */
  private restart(head: Head) {
    clearTimeout(this.timer)
    this.timer = undefined
    this.pending = []
    this.pendingBytes = 0
    this.head = head
    this.tip = head.last_seq
    this.sealed = head.last_seq
    this.wantedTip = head.last_seq
    for (const view of this.views.values()) view.clear()
    for (const reader of this.readers) reader.restart()
  }
}

const sizeOf = ({ record }: Entry) => 50 + record.length

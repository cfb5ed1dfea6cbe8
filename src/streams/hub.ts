import { notFound } from '../base/errors'
import { logRetryable } from '../base/outage'
import { REQUEST_TIMEOUT_MS, withTimeout } from '../base/request-timeout'
import type { Role } from '../contract/access'
import type { Bus } from './bus'
import { seqBeforeLines } from './chunk-store'
import { type NewEntry, prepare, type Topic, topicKey } from './entry'
import { type Family, hiddenFrom } from './families'
import { type Filter, withoutKinds } from './filter'
import { type Head, readHeads } from './history'
import type { Position } from './position'
import { Reader, type Sink } from './reader'
import { type FeedDeps, TopicFeed } from './topic-feed'
import { decodeUpdate, encodeUpdate, updateOf } from './topic-update'
import type { Committed } from './writer'

interface HubDeps extends FeedDeps {
  bus: Bus
}

/** Where a reader starts. */
export interface Start {
  /** The position to resume from; `unreadable` is answered with a reset. */
  resume?: Position | 'unreadable' | undefined
  /** Without a position: how many lines of history to send first. */
  limit: number | 'all'
  /** The client is polling: send every change since its last poll instead of the current state. */
  continues?: boolean
}

/** What a reader asks for, and the role that decides what it may see. */
export interface ReaderOptions {
  filter: Filter
  role: Role
}

/** A reader that is attached but sends nothing until `begin`. */
export interface Joined {
  reader: Reader
  /** The topic has ended and the reader already has all of it. */
  finished: boolean
  begin(): void
}

interface Watched {
  feed: TopicFeed
  users: number
  ready: Promise<void>
  unsubscribe(): void
}

/** How often heads are compared with the database, because the bus may lose messages. */
const COMPARE_MS = 5_000
/** The same while Redis is down, when this is the only way to learn of new entries. */
const COMPARE_WITHOUT_BUS_MS = 500
/** How long feeds stay open without readers: most clients reconnect at once. */
const LINGER_MS = 2_000

/** The feeds of all topics that have readers in this process. */
export class Hub {
  readonly name = 'hub'
  private readonly families = new Map<string, Family>()
  private readonly watched = new Map<string, Watched>()
  private timer: NodeJS.Timeout | undefined
  private comparing = false

  constructor(private readonly deps: HubDeps) {}

  async start() {
    this.deps.bus.onReconnect(() => void this.compareHeads())
    this.deps.bus.onLost(() => this.scheduleComparison())
    this.scheduleComparison()
  }

  async stop() {
    clearTimeout(this.timer)
    for (const { feed, unsubscribe } of this.watched.values()) {
      unsubscribe()
      feed.close()
    }
    this.watched.clear()
  }

  register(family: Family) {
    if (this.families.has(family.prefix)) throw new Error(`Topics ${family.prefix}: are registered twice`)
    this.families.set(family.prefix, family)
  }

  family(name: string): Family | undefined {
    return this.families.get(name.split(':', 1)[0] ?? '')
  }

  /** Names of the topics of a family that have readers in this process. */
  readNames(prefix: string): string[] {
    const read = [...this.watched.values()].filter(({ users, feed }) => users > 0 && feed.family.prefix === prefix)
    return read.map(({ feed }) => feed.topic.name)
  }

  /** @throws Problem 404 when there is no such topic for this tenant */
  async mustExist(topic: Topic): Promise<void> {
    if (!(await this.family(topic.name)?.exists(topic))) throw notFound(`topic ${topic.name}`)
  }

  /**
   * Passes committed entries to the readers in this process and in others.
   * @param seconds how long storing them took
   */
  committed(committed: Committed[], seconds: number) {
    this.deps.metrics.append.observe(seconds)
    for (const [kind, count] of countKinds(committed)) this.deps.metrics.entries.inc({ kind }, count)
    for (const each of committed) {
      const topic = { tenantId: each.head.tenant_id, name: each.head.name }
      this.watched.get(topicKey(topic))?.feed.apply(updateOf(each))
      this.deps.bus.publish(updateChannel(topic), encodeUpdate(each))
    }
  }

  /** Sends an event that is not stored to all readers. @throws RangeError when it is not valid */
  announce(topic: Topic, entry: NewEntry) {
    prepare(entry) // throws here, in the caller, rather than in a reader
    const now = { ...entry, at: entry.at ?? new Date() }
    const text = JSON.stringify(now)
    this.watched.get(topicKey(topic))?.feed.announce(now)
    this.deps.bus.announce(announcementChannel(topic), entry.kind, text)
  }

  /**
   * Attaches a reader: subscribes before it reads the head, so that nothing is missed in between.
   * @throws Problem 404, Unavailable after `REQUEST_TIMEOUT_MS`
   */
  async join(topic: Topic, options: ReaderOptions, start: Start, sink: Sink): Promise<Joined> {
    const attaching = this.attach(topic, options, start, sink)
    return withTimeout(REQUEST_TIMEOUT_MS, () => attaching).catch(error => {
      const leave = ({ reader }: Joined) => reader.close()
      attaching.then(leave, () => undefined) // its error was thrown already, or comes after the timeout
      throw error
    })
  }

  private async attach(topic: Topic, options: ReaderOptions, start: Start, sink: Sink): Promise<Joined> {
    await this.mustExist(topic)
    const watched = this.watch(topic)
    const filter = withoutKinds(options.filter, hiddenFrom(options.role, watched.feed.family))
    watched.users++
    try {
      await watched.ready
      const { feed } = watched
      const head = await this.headFor(feed, start)
      const { cursor, reset, gap } = await this.startOf(head, filter, start)
      feed.compare(head)
      const continues = start.continues && start.resume && !reset && !gap
      const finished = !reset && start.resume !== undefined && cursor >= head.last_seq && Boolean(head.end_reason)
      const joinedAt = continues ? cursor : head.last_seq
      // A reader that has read to the end has seen the final state.
      const state = continues || finished ? null : head.state
      const reader = new Reader(feed, filter, cursor, joinedAt, sink, () => this.leave(watched))
      const begin = () => {
        if (feed.head.epoch === head.epoch) reader.begin(reset, state)
        else reader.begin('epoch_changed', feed.head.state)
      }
      return { reader, finished, begin }
    } catch (error) {
      this.leave(watched)
      throw error
    }
  }

  private leave(watched: Watched) {
    watched.users--
    if (watched.users > 0) return
    const key = topicKey(watched.feed.topic)
    setTimeout(() => {
      if (watched.users > 0 || this.watched.get(key) !== watched) return
      this.watched.delete(key)
      watched.unsubscribe()
      watched.feed.close()
    }, LINGER_MS).unref()
  }

  private watch(topic: Topic): Watched {
    const key = topicKey(topic)
    const known = this.watched.get(key)
    if (known) return known
    const family = this.family(topic.name)
    if (!family) throw notFound(`topic ${topic.name}`)
    const feed = new TopicFeed(topic, family, this.deps)
    const watched: Watched = { feed, users: 0, ready: Promise.resolve(), unsubscribe: () => undefined }
    this.watched.set(key, watched)
    watched.ready = this.open(watched, topic).catch(error => {
      this.watched.delete(key)
      watched.unsubscribe()
      throw error
    })
    return watched
  }

  private async open(watched: Watched, topic: Topic) {
    const { feed } = watched
    const unsubscribeUpdates = await this.deps.bus.subscribe(updateChannel(topic), text =>
      feed.apply(decodeUpdate(text)),
    )
    const unsubscribeAnnouncements = await this.deps.bus.subscribe(announcementChannel(topic), text =>
      feed.announce(announcementOf(text)),
    )
    watched.unsubscribe = () => {
      unsubscribeUpdates()
      unsubscribeAnnouncements()
    }
    await feed.open()
    // Not awaited: streams must open without Redis.
    void this.deps.bus.storedAnnouncements(announcementChannel(topic)).then(stored => {
      for (const entry of stored.map(announcementOf)) if (!feed.announcements.has(entry.kind)) feed.announce(entry)
    })
  }

  /** A position from another process can be ahead of a head read slightly earlier: then the head is read again. */
  private async headFor(feed: TopicFeed, { resume }: Start): Promise<Head> {
    const head = await feed.readHead()
    return typeof resume === 'object' && resume.seq > head.last_seq ? feed.readHead() : head
  }

  private async startOf(
    head: Head,
    filter: Filter,
    { resume, limit }: Start,
  ): Promise<{ cursor: number; reset?: string; gap?: boolean }> {
    const fresh = async () =>
      limit === 'all' ? head.first_seq - 1 : seqBeforeLines(this.deps.db, head, limit, filter.criteria)
    const { resumes } = this.deps.metrics
    if (resume === undefined) return { cursor: await fresh() }
    const outcome = outcomeOf(resume, head)
    resumes.inc({ outcome })
    if (typeof resume === 'object' && (outcome === 'recovered' || outcome === 'gap'))
      return { cursor: resume.seq, gap: outcome === 'gap' }
    return { cursor: await fresh(), reset: outcome }
  }

  private scheduleComparison() {
    clearTimeout(this.timer)
    const wait = this.deps.bus.connected ? COMPARE_MS : COMPARE_WITHOUT_BUS_MS
    this.timer = setTimeout(() => void this.compareHeads().finally(() => this.scheduleComparison()), wait)
    this.timer.unref()
  }

  /** Compares all feeds of this process, in one statement. */
  private async compareHeads() {
    if (this.comparing || this.watched.size === 0) return
    this.comparing = true
    try {
      const feeds = new Map([...this.watched.values()].map(({ feed }) => [feed.head.id, feed]))
      for (const head of await readHeads(this.deps.db, [...feeds.keys()])) {
        feeds.get(head.id)?.compare(head)
        feeds.delete(head.id)
      }
      // These topics were deleted or recreated.
      for (const feed of feeds.values()) await feed.recheck()
    } catch (error) {
      logRetryable(this.deps.log, 'Cannot compare topics with the database, will retry')(error)
    } finally {
      this.comparing = false
    }
  }
}

function countKinds(committed: readonly Committed[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { entries } of committed)
    for (const { kind } of entries ?? []) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

const updateChannel = ({ tenantId, name }: Topic) => `topic:${tenantId}:${name}`
const announcementChannel = (topic: Topic) => `${updateChannel(topic)}:now`

function announcementOf(text: string): NewEntry & { at: Date } {
  const entry = JSON.parse(text) as NewEntry & { at: string }
  return { ...entry, at: new Date(entry.at) }
}

/** Whether a reader can resume at its position. */
function outcomeOf(
  resume: Position | 'unreadable',
  head: Head,
): 'recovered' | 'gap' | 'unreadable' | 'unknown_epoch' | 'future' {
  if (resume === 'unreadable') return 'unreadable'
  if (resume.epoch !== head.epoch) return 'unknown_epoch'
  if (resume.seq > head.last_seq) return 'future'
  return resume.seq + 1 < head.first_seq ? 'gap' : 'recovered'
}

import { notFound } from '../base/errors'
import { againLater } from '../base/outage'
import { REQUEST_TIMEOUT_MS, withTimeout } from '../base/request-timeout'
import type { Role } from '../contract/access'
import type { Bus } from './bus'
import { Channel, type ChannelDeps } from './channel'
import { type NewEntry, type Topic, topicKey } from './entry'
import { type Family, hiddenFrom } from './families'
import { type Filter, withoutKinds } from './filter'
import { type Head, readHeads, seqBeforeLines } from './history'
import { decodeNotice, encodeNotice, noticeOf } from './notice'
import type { Position } from './position'
import { prepare } from './prepare'
import { Reader, type Sink } from './reader'
import type { Committed } from './writer'

interface HubDeps extends ChannelDeps {
  bus: Bus
}

/** Where a reader starts. */
export interface Start {
  /** The id it comes with; `unreadable` is answered with a reset. */
  resume?: Position | 'unreadable' | undefined
  /** Without an id: how many lines of history it wants first. */
  limit: number | 'all'
  /** Its id is where it stood a moment ago: nothing is summed up for it, every change of state is told. */
  continues?: boolean
}

/** What a reader wants to see, and as whom. */
export interface Look {
  filter: Filter
  role: Role
}

/** A reader that is attached and stands still until `begin`. */
export interface Joined {
  reader: Reader
  /** It came back to a finished topic with nothing left to send. */
  finished: boolean
  begin(): void
}

interface Watched {
  channel: Channel
  users: number
  ready: Promise<void>
  unsubscribe(): void
}

/** How often heads are compared with the database: the bus may lose anything. */
const COMPARE_MS = 5_000
/** While Redis is away this is how news arrive. */
const COMPARE_ALONE_MS = 500
/** Channels stay this long without readers: most of them come right back. */
const LINGER_MS = 2_000

/** All topics that are watched in this process. */
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
    for (const { channel, unsubscribe } of this.watched.values()) {
      unsubscribe()
      channel.close()
    }
    this.watched.clear()
  }

  register(family: Family) {
    if (this.families.has(family.prefix)) throw new Error(`Two areas claim the topics ${family.prefix}:`)
    this.families.set(family.prefix, family)
  }

  family(name: string): Family | undefined {
    return this.families.get(name.split(':', 1)[0] ?? '')
  }

  /** @throws Problem 404 when there is no such topic for this tenant */
  async mustExist(topic: Topic): Promise<void> {
    if (!(await this.family(topic.name)?.exists(topic))) throw notFound(`topic ${topic.name}`)
  }

  /** Tells the readers here and in other processes what a flush has made durable. */
  committed(committed: Committed[]) {
    for (const each of committed) {
      const topic = { tenantId: each.head.tenant_id, name: each.head.name }
      const watched = this.watched.get(topicKey(topic))
      const notice = noticeOf(each, watched !== undefined)
      watched?.channel.notice(notice)
      this.deps.bus.publish(channelName(topic), encodeNotice(notice))
    }
  }

  /** Sends something that has no row to all who watch. */
  announce(topic: Topic, entry: NewEntry) {
    prepare(entry) // the mistake of a caller is told to the caller
    const now = { ...entry, at: entry.at ?? new Date() }
    const text = JSON.stringify(now)
    this.watched.get(topicKey(topic))?.channel.announce(now)
    this.deps.bus.announce(nowName(topic), entry.kind, text)
  }

  /**
   * Attaches a reader: to the live side first, then reads where the topic stands, so that nothing falls between.
   * @throws Problem 404, Away after `REQUEST_TIMEOUT_MS`
   */
  async join(topic: Topic, look: Look, start: Start, sink: Sink): Promise<Joined> {
    const attaching = this.attach(topic, look, start, sink)
    return withTimeout(REQUEST_TIMEOUT_MS, () => attaching).catch(error => {
      const leave = ({ reader }: Joined) => reader.close()
      attaching.then(leave, () => undefined) // `error` tells of its failure
      throw error
    })
  }

  private async attach(topic: Topic, look: Look, start: Start, sink: Sink): Promise<Joined> {
    await this.mustExist(topic)
    const watched = this.watch(topic)
    const filter = withoutKinds(look.filter, hiddenFrom(look.role, watched.channel.family))
    watched.users++
    try {
      await watched.ready
      const { channel } = watched
      const head = await this.headFor(channel, start)
      const { cursor, reset, gap } = await this.startOf(head, filter, start)
      channel.compare(head)
      const goesOn = start.continues && start.resume && !reset && !gap
      const finished = !reset && start.resume !== undefined && cursor >= head.last_seq && Boolean(head.end_reason)
      const joinedAt = goesOn ? cursor : head.last_seq
      // Whoever has read to the end knows how it ended.
      const state = goesOn || finished ? null : head.state
      const reader = new Reader(channel, filter, cursor, joinedAt, sink, () => this.leave(watched))
      const begin = () => {
        if (channel.head.epoch === head.epoch) reader.begin(reset, state)
        else reader.begin('epoch_changed', channel.head.state)
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
    const key = topicKey(watched.channel.topic)
    setTimeout(() => {
      if (watched.users > 0 || this.watched.get(key) !== watched) return
      this.watched.delete(key)
      watched.unsubscribe()
      watched.channel.close()
    }, LINGER_MS).unref()
  }

  private watch(topic: Topic): Watched {
    const key = topicKey(topic)
    const known = this.watched.get(key)
    if (known) return known
    const family = this.family(topic.name)
    if (!family) throw notFound(`topic ${topic.name}`)
    const channel = new Channel(topic, family, this.deps)
    const watched: Watched = { channel, users: 0, ready: Promise.resolve(), unsubscribe: () => undefined }
    this.watched.set(key, watched)
    watched.ready = this.open(watched, topic).catch(error => {
      this.watched.delete(key)
      watched.unsubscribe()
      throw error
    })
    return watched
  }

  private async open(watched: Watched, topic: Topic) {
    const { channel } = watched
    const leaveNotices = await this.deps.bus.subscribe(channelName(topic), text => channel.notice(decodeNotice(text)))
    const leaveNow = await this.deps.bus.subscribe(nowName(topic), text => channel.announce(announcementOf(text)))
    watched.unsubscribe = () => {
      leaveNotices()
      leaveNow()
    }
    await channel.open()
    // Not waited for: no stream needs Redis to open.
    void this.deps.bus.kept(nowName(topic)).then(kept => {
      for (const entry of kept.map(announcementOf)) if (!channel.announcements.has(entry.kind)) channel.announce(entry)
    })
  }

  /** A resume id from another process can be ahead of a head that was read a moment ago. */
  private async headFor(channel: Channel, { resume }: Start): Promise<Head> {
    const head = await channel.readHead()
    return typeof resume === 'object' && resume.seq > head.last_seq ? channel.readHead() : head
  }

  private async startOf(
    head: Head,
    filter: Filter,
    { resume, limit }: Start,
  ): Promise<{ cursor: number; reset?: string; gap?: boolean }> {
    const fresh = async () =>
      limit === 'all' ? head.first_seq - 1 : seqBeforeLines(this.deps.db, head, limit, filter.wanted)
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
    const wait = this.deps.bus.connected ? COMPARE_MS : COMPARE_ALONE_MS
    this.timer = setTimeout(() => void this.compareHeads().finally(() => this.scheduleComparison()), wait)
    this.timer.unref()
  }

  /** One statement for all topics that are watched here. */
  private async compareHeads() {
    if (this.comparing || this.watched.size === 0) return
    this.comparing = true
    try {
      const channels = new Map([...this.watched.values()].map(({ channel }) => [channel.head.id, channel]))
      for (const head of await readHeads(this.deps.db, [...channels.keys()])) {
        channels.get(head.id)?.compare(head)
        channels.delete(head.id)
      }
      // These topics are gone, and perhaps made anew.
      for (const channel of channels.values()) await channel.lookAgain()
    } catch (error) {
      againLater(this.deps.log, 'Heads are compared later')(error)
    } finally {
      this.comparing = false
    }
  }
}

const channelName = ({ tenantId, name }: Topic) => `topic:${tenantId}:${name}`
const nowName = (topic: Topic) => `${channelName(topic)}:now`

function announcementOf(text: string): NewEntry & { at: Date } {
  const entry = JSON.parse(text) as NewEntry & { at: string }
  return { ...entry, at: new Date(entry.at) }
}

/** What can be done for a reader who comes back. */
function outcomeOf(
  resume: Position | 'unreadable',
  head: Head,
): 'recovered' | 'gap' | 'unreadable' | 'unknown_epoch' | 'future' {
  if (resume === 'unreadable') return 'unreadable'
  if (resume.epoch !== head.epoch) return 'unknown_epoch'
  if (resume.seq > head.last_seq) return 'future'
  return resume.seq + 1 < head.first_seq ? 'gap' : 'recovered'
}

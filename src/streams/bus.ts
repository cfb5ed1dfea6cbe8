import type { Cluster, Redis } from 'ioredis'
import { messageOf } from '../base/errors'
import { newTag } from '../base/ids'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import { type RedisFactory, whenReady } from '../base/redis'
import { within } from '../base/within'
import { Echo } from './echo'

type Listener = (message: string) => void

/** How long to wait for Redis. Streams must open without it, and are compared with the database anyway. */
const WAIT_MS = 1_000
/** How long announcements are stored; older ones are out of date. */
const ANNOUNCEMENT_TTL_MS = 3_600_000

/**
 * Wake-ups between processes over Redis Pub/Sub: two connections per process, whatever the number of readers.
 * Nothing relies on delivery: a lost message only causes a delay.
 */
export class Bus implements Part {
  readonly name = 'bus'
  private publisher: Redis | Cluster | undefined
  private subscriber: Redis | Cluster | undefined
  private readonly listeners = new Map<string, Set<Listener>>()
  private readonly reconnected = new Set<() => void>()
  private readonly lost = new Set<() => void>()
  private readonly echo: Echo
  private wasReady = false
  /** Prefix of each message, by which a process recognizes its own. */
  private readonly tag = newTag()
  /** Announcements not sent yet, by channel and kind; a newer one replaces the older one. */
  private readonly unsent = new Map<string, Map<string, string>>()
  /** Messages that could not be sent to Redis. */
  failed = 0

  constructor(
    private readonly redis: RedisFactory,
    private readonly log: Log,
  ) {
    this.echo = new Echo({
      isOpen: () => this.isOpen,
      send: no => this.publish(this.echoChannel, String(no)),
      onLost: () => this.notifyLost('Redis does not deliver messages: streams poll PostgreSQL until it does'),
      onRecovered: () => this.notifyReconnected(),
    })
  }

  async start() {
    this.publisher = this.redis.connect('publisher')
    const subscriber = this.redis.connect('subscriber')
    this.subscriber = subscriber
    subscriber.on('message', (channel: string, message: string) => this.deliver(channel, message))
    subscriber.on('ready', () => {
      // ioredis restores its subscriptions, but messages sent in the meantime are lost.
      if (this.wasReady) this.notifyReconnected()
      this.wasReady = true
    })
    subscriber.on('close', () => {
      if (this.wasReady) this.notifyLost('The connection to Redis was lost: streams poll PostgreSQL until it is back')
    })
    this.listeners.set(this.key(this.echoChannel), new Set())
    for (const key of this.listeners.keys()) this.subscribeTo(key)
    this.echo.start()
    // Messages sent before it is ready would be lost; a Cluster takes longer to connect than a single server.
    await whenReady(this.publisher, WAIT_MS).catch(() => undefined) // it keeps trying to connect
  }

  async stop() {
    this.echo.stop()
    this.wasReady = false // closing on purpose is not a lost connection
    this.publisher?.disconnect()
    this.subscriber?.disconnect()
  }

  /** Whether messages arrive, which is tested with its own. */
  get connected(): boolean {
    return this.isOpen && this.echo.isDelivering
  }

  private get isOpen(): boolean {
    return this.subscriber?.status === 'ready'
  }

  private get echoChannel(): string {
    return `echo:${this.tag}`
  }

  /** Sends a message to all other processes. */
  publish(channel: string, message: string) {
    void this.send(channel, message)
  }

  private async send(channel: string, message: string) {
    try {
      await this.publisher?.publish(this.key(channel), this.tag + message)
    } catch {
      this.failed++
    }
  }

  /**
   * Sends a message to all other processes and stores the last one of each kind for later subscribers. Best effort,
   * like everything on the bus. A message is stored before it is published, so a process that subscribes first and
   * reads second misses none. Each channel has one write in progress: a Cluster client retries commands while it
   * connects, and an older message must not arrive after a newer one.
   */
  announce(channel: string, kind: string, message: string) {
    const waiting = this.unsent.get(channel)
    if (waiting) return void waiting.set(kind, message)
    const unsent = new Map([[kind, message]])
    this.unsent.set(channel, unsent)
    void this.sendAnnouncements(channel, unsent)
  }

  private async sendAnnouncements(channel: string, unsent: Map<string, string>) {
    while (unsent.size) {
      const messages = [...unsent]
      await this.storeAnnouncements(channel, messages)
      await Promise.all(messages.map(([, message]) => this.send(channel, message)))
      for (const [kind, message] of messages) if (unsent.get(kind) === message) unsent.delete(kind)
    }
    this.unsent.delete(channel)
  }

  private async storeAnnouncements(channel: string, messages: [string, string][]) {
    const key = this.announcementsKey(channel)
    const fields = Object.fromEntries(messages)
    try {
      await this.publisher?.multi().hset(key, fields).pexpire(key, ANNOUNCEMENT_TTL_MS).exec()
    } catch {
      this.failed++
    }
  }

  /** Announcements of the last hour; while Redis is down, only those that this process could not send yet. */
  async storedAnnouncements(channel: string): Promise<string[]> {
    const own = Object.fromEntries(this.unsent.get(channel) ?? [])
    const found = await this.publisher?.hgetall(this.announcementsKey(channel)).catch(() => undefined)
    return Object.values({ ...found, ...own })
  }

  /** @returns a function that unsubscribes */
  async subscribe(channel: string, listener: Listener): Promise<() => void> {
    const key = this.key(channel)
    const listeners = this.listeners.get(key) ?? new Set()
    listeners.add(listener)
    this.listeners.set(key, listeners)
    // While Redis is down, ioredis queues the subscription; until then streams poll PostgreSQL.
    if (listeners.size === 1) {
      const subscribed = this.subscribeTo(key)
      if (this.connected) await within(subscribed, WAIT_MS)
    }
    return () => this.unsubscribe(key, listener)
  }

  /** Does nothing before there is a connection: `start` subscribes for parts that start earlier. */
  private subscribeTo(key: string) {
    return this.subscriber
      ?.subscribe(key)
      .catch(error => this.log.warn('Cannot subscribe to a Redis channel', { channel: key, error: messageOf(error) }))
  }

  /**
   * Calls back when messages arrive again after some may have been missed: after a reconnect, when a server no longer
   * hangs, or when a Cluster has moved the subscription to another server.
   */
  onReconnect(listener: () => void) {
    this.reconnected.add(listener)
  }

  /** Calls back when messages start getting lost. */
  onLost(listener: () => void) {
    this.lost.add(listener)
  }

  private notifyReconnected() {
    for (const listener of this.reconnected) listener()
  }

  private notifyLost(why: string) {
    this.log.warn(why)
    for (const listener of this.lost) listener()
  }

  private unsubscribe(key: string, listener: Listener) {
    const listeners = this.listeners.get(key)
    listeners?.delete(listener)
    if (!listeners || listeners.size > 0) return
    this.listeners.delete(key)
    this.subscriber?.unsubscribe(key).catch(() => undefined) // the subscription ended with the connection
  }

  private deliver(key: string, message: string) {
    const text = message.slice(this.tag.length)
    if (key === this.key(this.echoChannel)) return this.echo.receive(Number(text))
    if (message.startsWith(this.tag)) return
    for (const listener of this.listeners.get(key) ?? []) {
      try {
        listener(text)
      } catch (error) {
        this.log.warn('Cannot handle a message from another process', { channel: key, error: messageOf(error) })
      }
    }
  }

  private announcementsKey(channel: string) {
    return `${this.key(channel)}:kept`
  }

  private key(channel: string) {
    return `${this.redis.prefix}:${channel}`
  }
}

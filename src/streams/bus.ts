import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import { messageOf } from '../base/errors'
import { newMark } from '../base/ids'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import { type RedisFactory, whenReady } from '../base/redis'
import { Echo } from './echo'

type Listener = (message: string) => void

/** A Redis that hangs must not keep streams from opening: readers compare with the database anyway. */
const PATIENCE_MS = 1_000
/** Older announcements say nothing of how things are now. */
const KEPT_MS = 3_600_000

/**
 * Wake-ups between processes over Redis Pub/Sub: two connections per process, whatever the number of readers.
 * Nothing here is kept: a message that is lost must cost no more than time.
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
  /** Before each message, so that a process does not hear itself. */
  private readonly mark = newMark()
  /** Announcements that are not sent yet, by channel and kind: the newest of a kind stands for those before it. */
  private readonly unsent = new Map<string, Map<string, string>>()
  /** Messages that Redis did not take. */
  failed = 0

  constructor(
    private readonly redis: RedisFactory,
    private readonly log: Log,
  ) {
    this.echo = new Echo({
      isOpen: () => this.isOpen,
      say: no => this.publish(this.echoChannel, String(no)),
      onSilence: () => this.tellLost('Messages to other processes do not come back: readers ask PostgreSQL'),
      onReturn: () => this.tellReconnected(),
    })
  }

  async start() {
    this.publisher = this.redis.connect('publisher')
    const subscriber = this.redis.connect('subscriber')
    this.subscriber = subscriber
    subscriber.on('message', (channel: string, message: string) => this.deliver(channel, message))
    subscriber.on('ready', () => {
      // ioredis subscribes again by itself; what was said meanwhile is missing.
      if (this.wasReady) this.tellReconnected()
      this.wasReady = true
    })
    subscriber.on('close', () => {
      if (this.wasReady) this.tellLost('The connection to other processes is lost: readers ask PostgreSQL')
    })
    this.listeners.set(this.key(this.echoChannel), new Set())
    for (const key of this.listeners.keys()) this.subscribeTo(key)
    this.echo.start()
    // Until then it takes nothing; a Cluster needs a moment longer than a single server.
    await whenReady(this.publisher, PATIENCE_MS).catch(() => undefined) // it goes on trying by itself
  }

  async stop() {
    this.echo.stop()
    this.wasReady = false // it is not lost, it is given up
    this.publisher?.disconnect()
    this.subscriber?.disconnect()
  }

  /** Whether this process hears the others now: what it says itself comes back. */
  get connected(): boolean {
    return this.isOpen && this.echo.isGood
  }

  private get isOpen(): boolean {
    return this.subscriber?.status === 'ready'
  }

  private get echoChannel(): string {
    return `echo:${this.mark}`
  }

  /** Tells the other processes; this one is not told. */
  publish(channel: string, message: string) {
    void this.send(channel, message)
  }

  private async send(channel: string, message: string) {
    try {
      await this.publisher?.publish(this.key(channel), this.mark + message)
    } catch {
      this.failed++
    }
  }

  /**
   * Tells the other processes, and keeps the last message of each kind for those that start to listen later: best
   * effort, like all of the bus. A message is kept before it is published, so whoever subscribes and then reads misses
   * none. A channel has one write under way: the client of a Cluster repeats commands while it connects to a server,
   * and an older message must not come after a newer one.
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
      await this.keep(channel, messages)
      await Promise.all(messages.map(([, message]) => this.send(channel, message)))
      for (const [kind, message] of messages) if (unsent.get(kind) === message) unsent.delete(kind)
    }
    this.unsent.delete(channel)
  }

  private async keep(channel: string, messages: [string, string][]) {
    const key = this.keptKey(channel)
    const fields = Object.fromEntries(messages)
    try {
      await this.publisher?.multi().hset(key, fields).pexpire(key, KEPT_MS).exec()
    } catch {
      this.failed++
    }
  }

  /** What was announced in the last hour; while Redis is away, only what this process has not got rid of. */
  async kept(channel: string): Promise<string[]> {
    const own = Object.fromEntries(this.unsent.get(channel) ?? [])
    const found = await this.publisher?.hgetall(this.keptKey(channel)).catch(() => undefined)
    return Object.values({ ...found, ...own })
  }

  /** @returns the way to unsubscribe */
  async subscribe(channel: string, listener: Listener): Promise<() => void> {
    const key = this.key(channel)
    const listeners = this.listeners.get(key) ?? new Set()
    listeners.add(listener)
    this.listeners.set(key, listeners)
    // While Redis is away the subscription waits in ioredis' queue; readers poll until then.
    if (listeners.size === 1) {
      const subscribed = this.subscribeTo(key)
      if (this.connected) await Promise.race([subscribed, delay(PATIENCE_MS, undefined, { ref: false })])
    }
    return () => this.unsubscribe(key, listener)
  }

  /** Parts that start before this one subscribe before there is a connection; `start` makes up for it. */
  private subscribeTo(key: string) {
    return this.subscriber
      ?.subscribe(key)
      .catch(error => this.log.warn('Cannot subscribe', { channel: key, error: messageOf(error) }))
  }

  /**
   * Calls back when messages come again after some may have been missed: after a reconnect, and when a server answers
   * that hung, or a Cluster has moved the subscription to another server.
   */
  onReconnect(listener: () => void) {
    this.reconnected.add(listener)
  }

  /** Calls back when messages begin to be lost. */
  onLost(listener: () => void) {
    this.lost.add(listener)
  }

  private tellReconnected() {
    for (const listener of this.reconnected) listener()
  }

  private tellLost(why: string) {
    this.log.warn(why)
    for (const listener of this.lost) listener()
  }

  private unsubscribe(key: string, listener: Listener) {
    const listeners = this.listeners.get(key)
    listeners?.delete(listener)
    if (!listeners || listeners.size > 0) return
    this.listeners.delete(key)
    this.subscriber?.unsubscribe(key).catch(() => undefined) // gone with the connection, then
  }

  private deliver(key: string, message: string) {
    const text = message.slice(this.mark.length)
    if (key === this.key(this.echoChannel)) return this.echo.hear(Number(text))
    if (message.startsWith(this.mark)) return
    for (const listener of this.listeners.get(key) ?? []) {
      try {
        listener(text)
      } catch (error) {
        this.log.warn('A message of another process was not understood', { channel: key, error: messageOf(error) })
      }
    }
  }

  private keptKey(channel: string) {
    return `${this.key(channel)}:kept`
  }

  private key(channel: string) {
    return `${this.redis.prefix}:${channel}`
  }
}

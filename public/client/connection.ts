import { type Attention, followAttention } from './attention'
import { backoffMs, lookAgainMs } from './backoff'
import { chooseFrom, type TransportChoice } from './choice'
import { Delivery } from './delivery'
import { pause } from './pause'
import { probe } from './probe'
import { isReachable } from './reachable'
import { Resume } from './resume'
import type { Ask, Frame, Outcome, Sink } from './transport'
import { transports } from './transports'
import type { StateDetail, StreamOptions, StreamState, TopicsHandle } from './types'

/** Keeps one stream alive: opens, waits, resumes, changes the way of transport, and stops when there is no more. */
export class Connection implements TopicsHandle {
  state: StreamState = 'connecting'
  private readonly resume: Resume
  private readonly delivery: Delivery
  private readonly choice: TransportChoice
  private readonly whole = new AbortController()
  /** Of the connection or pause of the moment. */
  private current = new AbortController()
  private failures = 0
  private askedMs = 0
  /** How often better ways of transport were tried again. */
  private looks = 0
  private readonly attention: Attention | undefined

  constructor(
    private topics: string[],
    private readonly options: StreamOptions,
  ) {
    this.resume = new Resume(options.after ?? '', topics)
    this.delivery = new Delivery(topics, options)
    this.choice = chooseFrom(options.transports ?? ['sse', 'websocket', 'poll'], options.baseUrl ?? '')
    if (options.pauseWhenHidden && typeof document !== 'undefined')
      this.attention = followAttention(() => this.current.abort())
    // A callback may run at once: the caller must have the handle by then.
    queueMicrotask(() => this.run())
  }

  setTopics(topics: string[]) {
    if (topics.join() === this.topics.join()) return
    this.topics = topics
    this.delivery.setTopics(topics)
    this.resume.change(topics)
    this.failures = 0
    this.current.abort()
  }

  retryNow() {
    if (this.state === 'waiting' && !this.attention?.isAway) this.current.abort()
  }

  close() {
    if (this.isOver) return
    this.enter('closed')
    this.whole.abort()
    this.current.abort()
  }

  get lastEventId() {
    return this.resume.id
  }

  private get isOver() {
    return this.state === 'closed' || this.state === 'ended' || this.state === 'failed'
  }

  private async run() {
    while (!this.isOver) {
      this.current = new AbortController()
      const { signal } = this.current
      if (this.attention?.isAway) await this.rest(signal)
      else await this.attempt(signal)
    }
  }

  /** Until somebody looks at the page again. */
  private async rest(signal: AbortSignal) {
    this.enter('waiting', { reason: 'The page is hidden.' })
    await new Promise(resolve => signal.addEventListener('abort', resolve))
  }

  private async attempt(signal: AbortSignal) {
    this.enter('connecting')
    const over = new AbortController()
    void this.lookForBetter(AbortSignal.any([signal, over.signal]))
    const outcome = await this.open(signal)
    over.abort()
    if (!signal.aborted) await this.settle(outcome, signal)
  }

  private async open(signal: AbortSignal): Promise<Outcome & { wasOpen: boolean }> {
    let wasOpen = false
    this.askedMs = 0
    const sink: Sink = {
      opened: () => {
        wasOpen = true
        if (this.state === 'connecting' && !signal.aborted) this.enter('live')
      },
      frame: frame => this.frame(frame, signal),
      id: (id, topic) => {
        if (signal.aborted) return
        if (topic === undefined) this.resume.see(id, this.topics)
        else this.resume.seeTopic(id, topic, this.topics)
      },
      retry: ms => {
        this.askedMs = ms
      },
    }
    const outcome = await transports[this.choice.name](this.ask(), sink, signal)
    return { ...outcome, wasOpen }
  }

  private ask(): Ask {
    const { baseUrl = '', headers = {} } = this.options
    return { baseUrl, headers, topics: this.topics, resume: this.resume, options: this.options }
  }

  /** Tries ways that have failed again, beside the lesser one that serves, and changes to one that works. */
  private async lookForBetter(signal: AbortSignal) {
    while (this.choice.better.length) {
      this.looks += 1
      await pause(lookAgainMs(this.looks), signal)
      for (const name of this.choice.better) {
        if (signal.aborted) return
        const works = await probe(transports[name], this.ask(), signal)
        if (!works || signal.aborted) continue
        this.choice.take(name)
        return this.current.abort()
      }
    }
  }

  private frame(frame: Frame, signal: AbortSignal) {
    if (signal.aborted || this.isOver) return
    if (frame.event !== 'overloaded') {
      this.failures = 0
      this.choice.worked()
    }
    this.delivery.frame(frame)
    if (!this.delivery.isEnded) return
    this.enter('ended')
    this.current.abort()
  }

  private async settle(outcome: Outcome & { wasOpen: boolean }, signal: AbortSignal) {
    if (outcome.kind === 'refused') {
      this.enter('failed', { reason: outcome.error.message })
      this.options.onError?.(outcome.error)
    } else if (outcome.kind === 'ended') this.enter('ended')
    else if (outcome.kind === 'crowded') this.choice.skip()
    else await this.wait(outcome, signal)
  }

  private async wait(outcome: Extract<Outcome, { kind: 'lost' }> & { wasOpen: boolean }, signal: AbortSignal) {
    this.failures += 1
    const retryInMs = backoffMs(this.failures, Math.max(this.askedMs, outcome.retryInMs ?? 0))
    this.enter('waiting', { retryInMs, reason: outcome.reason })
    const isBlocked = !outcome.wasOpen && !outcome.isBusy && (await isReachable(this.options.baseUrl ?? '', signal))
    if (isBlocked && this.choice.failed(outcome.isRefused ?? false)) this.failures = 0
    else await pause(retryInMs, signal)
  }

  private enter(state: StreamState, detail: Partial<StateDetail> = {}) {
    if (this.isOver) return
    this.state = state
    if (this.isOver) this.attention?.stop()
    this.options.onState?.(state, { transport: this.choice.name, ...detail })
  }
}

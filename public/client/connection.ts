import { backoffMs, probeDelayMs } from './backoff'
import { chooseFrom, type TransportChoice } from './choice'
import { Delivery } from './delivery'
import { type PageLifecycle, watchPageLifecycle } from './page-lifecycle'
import { pause } from './pause'
import { probe } from './probe'
import { isReachable } from './reachable'
import { ResumePosition } from './resume'
import type { Frame, Outcome, Sink, StreamRequest } from './transport'
import { transports } from './transports'
import type { StateDetail, StreamOptions, StreamState, TopicsHandle } from './types'

/** Keeps one stream alive: opens it, retries, resumes, switches transports, and stops when the stream ends. */
export class Connection implements TopicsHandle {
  state: StreamState = 'connecting'
  private readonly resume: ResumePosition
  private readonly delivery: Delivery
  private readonly choice: TransportChoice
  /** Aborts the current connection or pause. */
  private current = new AbortController()
  private failures = 0
  private serverRetryMs = 0
  /** How often better transports have been probed. */
  private probes = 0
  private readonly pageLifecycle: PageLifecycle | undefined

  constructor(
    private topics: string[],
    private readonly options: StreamOptions,
  ) {
    this.resume = new ResumePosition(options.after ?? '', topics)
    this.delivery = new Delivery(topics, options)
    this.choice = chooseFrom(options.transports ?? ['sse', 'websocket', 'poll'], options.baseUrl ?? '')
    if (options.pauseWhenHidden && typeof document !== 'undefined')
      this.pageLifecycle = watchPageLifecycle(() => this.current.abort())
    // Callbacks may use the handle, so they must not run before the constructor has returned.
    queueMicrotask(() => this.run())
  }

  setTopics(topics: string[]) {
    if (topics.join() === this.topics.join()) return
    this.topics = topics
    this.delivery.setTopics(topics)
    this.resume.setTopics(topics)
    this.failures = 0
    this.current.abort()
  }

  retryNow() {
    if (this.state === 'waiting' && !this.pageLifecycle?.isInactive) this.current.abort()
  }

  close() {
    if (this.isOver) return
    this.enter('closed')
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
      if (this.pageLifecycle?.isInactive) await this.waitUntilVisible(signal)
      else await this.attempt(signal)
    }
  }

  /** Waits until the page is visible again. */
  private async waitUntilVisible(signal: AbortSignal) {
    this.enter('waiting', { reason: 'The page is hidden.' })
    await new Promise(resolve => signal.addEventListener('abort', resolve))
  }

  private async attempt(signal: AbortSignal) {
    this.enter('connecting')
    const done = new AbortController()
    void this.probeBetter(AbortSignal.any([signal, done.signal]))
    const outcome = await this.open(signal)
    done.abort()
    if (!signal.aborted) await this.handle(outcome, signal)
  }

  private async open(signal: AbortSignal): Promise<Outcome & { wasOpen: boolean }> {
    let wasOpen = false
    this.serverRetryMs = 0
    const sink: Sink = {
      opened: () => {
        wasOpen = true
        if (this.state === 'connecting' && !signal.aborted) this.enter('live')
      },
      frame: frame => this.frame(frame, signal),
      id: (id, topic) => {
        if (signal.aborted) return
        if (topic === undefined) this.resume.update(id, this.topics)
        else this.resume.updateTopic(id, topic, this.topics)
      },
      retry: ms => {
        this.serverRetryMs = ms
      },
    }
    const outcome = await transports[this.choice.name](this.request(), sink, signal)
    return { ...outcome, wasOpen }
  }

  private request(): StreamRequest {
    const { baseUrl = '', headers = {} } = this.options
    return { baseUrl, headers, topics: this.topics, resume: this.resume, options: this.options }
  }

  /** While a fallback is in use, probes the better transports and switches to one that works. */
  private async probeBetter(signal: AbortSignal) {
    while (this.choice.better.length) {
      this.probes += 1
      await pause(probeDelayMs(this.probes), signal)
      for (const name of this.choice.better) {
        if (signal.aborted) return
        const works = await probe(transports[name], this.request(), signal)
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

  private async handle(outcome: Outcome & { wasOpen: boolean }, signal: AbortSignal) {
    if (outcome.kind === 'refused') {
      this.enter('failed', { reason: outcome.error.message })
      this.options.onError?.(outcome.error)
    } else if (outcome.kind === 'ended') this.enter('ended')
    else if (outcome.kind === 'no_connection_slot') this.choice.skip()
    else await this.retry(outcome, signal)
  }

  private async retry(outcome: Extract<Outcome, { kind: 'lost' }> & { wasOpen: boolean }, signal: AbortSignal) {
    this.failures += 1
    const retryInMs = backoffMs(this.failures, Math.max(this.serverRetryMs, outcome.retryInMs ?? 0))
    this.enter('waiting', { retryInMs, reason: outcome.reason })
    const isBlocked = !outcome.wasOpen && !outcome.isBusy && (await isReachable(this.options.baseUrl ?? '', signal))
    if (isBlocked && this.choice.failed(outcome.isRefused ?? false)) this.failures = 0
    else await pause(retryInMs, signal)
  }

  private enter(state: StreamState, detail: Partial<StateDetail> = {}) {
    if (this.isOver) return
    this.state = state
    if (this.isOver) this.pageLifecycle?.stop()
    this.options.onState?.(state, { transport: this.choice.name, ...detail })
  }
}

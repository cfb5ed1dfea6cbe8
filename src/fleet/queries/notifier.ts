import type { Part } from '../../base/lifecycle'
import type { Bus } from '../../streams'

/** Channels of the bus. They must not change between versions. */
const NEW_WORK = 'fleet:work'
const CHANGED = 'fleet:moved'
/** Min interval between announcements of a query's changes. */
const CHANGED_MS = 150

type Listener = (queryId: string) => void

/** Announces to all processes, including this one, that hosts have a query to run and that a query has changed. */
export class QueryNotifier implements Part {
  readonly name = 'query notifier'
  private readonly workListeners = new Set<Listener>()
  private readonly changeListeners = new Set<Listener>()
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private unsubscribe: (() => void)[] = []

  constructor(private readonly bus: Bus) {}

  async start() {
    this.unsubscribe = [
      await this.bus.subscribe(NEW_WORK, id => call(this.workListeners, id)),
      await this.bus.subscribe(CHANGED, id => call(this.changeListeners, id)),
    ]
  }

  async stop() {
    for (const unsubscribe of this.unsubscribe) unsubscribe()
    for (const timer of this.timers.values()) clearTimeout(timer)
  }

  onNewWork(listener: Listener) {
    this.workListeners.add(listener)
  }

  /** @returns a function that removes the listener */
  onChange(listener: Listener): () => void {
    this.changeListeners.add(listener)
    return () => this.changeListeners.delete(listener)
  }

  /** Announces that hosts have a query to run. */
  announceWork(queryId: string) {
    call(this.workListeners, queryId)
    this.bus.publish(NEW_WORK, queryId)
  }

  /** Announces that the counts of a query have changed, or without delay that it has ended. */
  announceChange(queryId: string, hasEnded: boolean) {
    if (hasEnded) return this.publishChange(queryId)
    if (this.timers.has(queryId)) return
    this.timers.set(
      queryId,
      setTimeout(() => this.publishChange(queryId), CHANGED_MS),
    )
  }

  private publishChange(queryId: string) {
    clearTimeout(this.timers.get(queryId))
    this.timers.delete(queryId)
    call(this.changeListeners, queryId)
    this.bus.publish(CHANGED, queryId)
  }
}

const call = (listeners: Set<Listener>, id: string) => {
  for (const listener of [...listeners]) listener(id)
}

/** Waits for changes of a query without missing any between two waits. */
export class ChangeWaiter {
  private hasChanged = false
  private wake: (() => void) | undefined
  readonly close: () => void

  constructor(notifier: QueryNotifier, queryId: string) {
    this.close = notifier.onChange(id => {
      if (id !== queryId) return
      this.hasChanged = true
      this.wake?.()
    })
  }

  /** Resolves at the next change, after `ms`, or when `signal` is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.hasChanged = false
        this.wake = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      if (this.hasChanged || signal.aborted) return done()
      this.wake = done
      signal.addEventListener('abort', done)
    })
  }
}

import type { QueryNotifier } from './notifier'

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

/** Waits for `ms`. Ends early when aborted, or when the browser comes back online. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise<void>(resolve => {
    const stop = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      globalThis.removeEventListener?.('online', stop)
      resolve()
    }
    const timer = setTimeout(stop, ms)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop)
    globalThis.addEventListener?.('online', stop)
  })
}

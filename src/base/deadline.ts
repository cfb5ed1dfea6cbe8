class DeadlineError extends Error {
  override name = 'DeadlineError'

  constructor(ms: number) {
    super(`Timed out after ${ms} ms`)
  }
}

/**
 * A signal that aborts when `parent` does (with its reason) or after `ms` (with a `DeadlineError`). Call `end()` when
 * the work is done. Not `AbortSignal.any([parent, AbortSignal.timeout(ms)])`: in Node 20 nothing references such a
 * combined timeout, so it can be garbage-collected before it fires.
 */
export function deadline(parent: AbortSignal, ms: number) {
  const controller = new AbortController()
  const expire = () => controller.abort(new DeadlineError(ms))
  const timer = setTimeout(expire, ms)
  const forward = () => controller.abort(parent.reason)
  if (parent.aborted) forward()
  else parent.addEventListener('abort', forward, { once: true })
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      parent.removeEventListener('abort', forward)
    },
  }
}

/** Whether the signal aborted because of the deadline rather than a cancellation. */
export const isLate = (signal: AbortSignal) => signal.aborted && signal.reason instanceof DeadlineError

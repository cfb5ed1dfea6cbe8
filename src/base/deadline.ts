class DeadlineError extends Error {
  override name = 'DeadlineError'

  constructor(ms: number) {
    super(`Timed out after ${ms} ms`)
  }
}

/**
 * A signal that aborts when `parent` does (with its reason) or after `ms` (with a `DeadlineError`).
 * `end()` must be called when the work is over. Not `AbortSignal.any([parent, AbortSignal.timeout(ms)])`: in Node 20
 * nothing holds such a combined timeout, so it can be collected before it fires.
 */
export function deadline(parent: AbortSignal, ms: number) {
  const controller = new AbortController()
  const late = () => controller.abort(new DeadlineError(ms))
  const timer = setTimeout(late, ms)
  const pass = () => controller.abort(parent.reason)
  if (parent.aborted) pass()
  else parent.addEventListener('abort', pass, { once: true })
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      parent.removeEventListener('abort', pass)
    },
  }
}

/** Whether the deadline passed, as opposed to a cancel. */
export const isLate = (signal: AbortSignal) => signal.aborted && signal.reason instanceof DeadlineError

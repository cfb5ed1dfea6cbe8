/** Aborts a connection that is silent for too long, or when the caller's signal is aborted. */
export function createWatchdog(outer: AbortSignal, firstMs: number) {
  const controller = new AbortController()
  let reason: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const abort = () => controller.abort()
  const rearm = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      reason = `Nothing was received for ${Math.round(ms / 1000)} s.`
      controller.abort()
    }, ms)
  }
  rearm(firstMs)
  outer.addEventListener('abort', abort)
  if (outer.aborted) abort()
  return {
    signal: controller.signal,
    rearm,
    /** Why it aborted; undefined unless it timed out. */
    reason: () => reason,
    stop() {
      clearTimeout(timer)
      outer.removeEventListener('abort', abort)
    },
  }
}

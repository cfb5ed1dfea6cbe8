/** Aborts a connection that stays silent for too long; the caller's own signal counts too. */
export function createWatchdog(outer: AbortSignal, firstMs: number) {
  const controller = new AbortController()
  let reason: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const stopBy = () => controller.abort()
  const rearm = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      reason = `Nothing came for ${Math.round(ms / 1000)} s.`
      controller.abort()
    }, ms)
  }
  rearm(firstMs)
  outer.addEventListener('abort', stopBy)
  if (outer.aborted) stopBy()
  return {
    signal: controller.signal,
    rearm,
    /** Why it aborted, if it did by itself. */
    reason: () => reason,
    stop() {
      clearTimeout(timer)
      outer.removeEventListener('abort', stopBy)
    },
  }
}

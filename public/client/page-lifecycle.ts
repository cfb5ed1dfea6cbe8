/** Users who switch tabs back and forth do not open a new connection each time. */
const HIDDEN_MS = 60_000

export interface PageLifecycle {
  /** Whether the page has been hidden for a minute, frozen, or put into the back/forward cache. */
  readonly isInactive: boolean
  stop(): void
}

/**
 * Tracks whether the page is in use.
 * @param onChange called when `isInactive` changes
 */
export function watchPageLifecycle(onChange: () => void): PageLifecycle {
  let isInactive = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const set = (value: boolean) => {
    clearTimeout(timer)
    if (value === isInactive) return
    isInactive = value
    onChange()
  }
  const leave = () => set(true)
  const look = () => {
    if (!document.hidden) return set(false)
    clearTimeout(timer)
    timer = setTimeout(leave, HIDDEN_MS)
  }
  document.addEventListener('visibilitychange', look)
  document.addEventListener('freeze', leave)
  document.addEventListener('resume', look)
  addEventListener('pagehide', leave)
  addEventListener('pageshow', look)
  look()
  return {
    get isInactive() {
      return isInactive
    },
    stop() {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
      document.removeEventListener('freeze', leave)
      document.removeEventListener('resume', look)
      removeEventListener('pagehide', leave)
      removeEventListener('pageshow', look)
    },
  }
}

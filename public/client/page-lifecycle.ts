/** People who switch tabs to and fro do not open a connection each time. */
const HIDDEN_MS = 60_000

export interface PageLifecycle {
  /** Hidden for a minute, frozen, or left by a navigation that the browser may undo (back/forward cache). */
  readonly isAway: boolean
  stop(): void
}

/**
 * Follows whether anyone looks at the page.
 * @param onChange called when `isAway` changes
 */
export function watchPageLifecycle(onChange: () => void): PageLifecycle {
  let isAway = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const set = (value: boolean) => {
    clearTimeout(timer)
    if (value === isAway) return
    isAway = value
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
    get isAway() {
      return isAway
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

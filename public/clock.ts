import { signal } from '@preact/signals'

/** The time in milliseconds, refreshed every second while the page is seen: one timer for all running spans. */
export const now = signal(Date.now())

export function startClock() {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, 1_000)
}

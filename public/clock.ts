import { signal } from '@preact/signals'

/**
 * The current time in milliseconds, updated every second while the page is visible. One timer serves all components.
 */
export const now = signal(Date.now())

export function startClock() {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, 1_000)
}

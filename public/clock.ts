import { signal } from '@preact/signals'
import { outage } from './outage'

/**
 * The time in milliseconds, refreshed every second while the page is seen: one timer for all running spans. It stands
 * still while the server is away, because nobody knows what has happened since.
 */
export const now = signal(Date.now())

export function startClock() {
  setInterval(() => {
    if (!document.hidden && !outage.peek()) now.value = Date.now()
  }, 1_000)
}

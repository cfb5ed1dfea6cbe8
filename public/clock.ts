import { signal } from '@preact/signals'
import { outage } from './outage'

/**
 * The current time in milliseconds, updated every second while the page is visible. One timer serves all components.
 * It stops while the server is unreachable, so that ages do not pretend to be current.
 */
export const now = signal(Date.now())

export function startClock() {
  setInterval(() => {
    if (!document.hidden && !outage.peek()) now.value = Date.now()
  }, 1_000)
}

import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { hasEnded, type OpenAlert, type TenantAlerts } from '../occurrences'

/** How long a scan runs before others get their turn: accepting alerts must not wait for reads. */
const SLICE_MS = 4
/** How many alerts are visited between two looks at the clock. */
const CHECK_EVERY = 64

/**
 * Visits alerts that fire, the newest first. Those that begin meanwhile are not visited.
 * @param before visits only alerts with lower ids
 * @param visit returns false to stop
 */
export async function scanNewestFirst(
  alerts: Pick<TenantAlerts, 'all'>,
  before: string | undefined,
  visit: (alert: OpenAlert) => boolean,
): Promise<void> {
  const now = Date.now()
  const visitOpen = (alert: OpenAlert) => hasEnded(alert, now) || visit(alert)
  let place = before
  for (;;) {
    const all = alerts.all()
    const from = (place === undefined ? all.length : countBelow(all, place)) - 1
    const next = visitSlice(all, from, visitOpen)
    const last = all[next]
    if (!last) return
    place = last.id
    await yieldToOthers()
  }
}

/** @returns the index of the last one visited when its time is up, else -1 */
function visitSlice(all: readonly OpenAlert[], from: number, visit: (alert: OpenAlert) => boolean): number {
  const until = performance.now() + SLICE_MS
  for (let i = from; i >= 0; i--) {
    if (!visit(all[i] as OpenAlert)) return -1
    if (i % CHECK_EVERY === 0 && performance.now() > until) return i
  }
  return -1
}

/** How many alerts have ids below this one; they are in ascending order. */
export function countBelow(all: readonly OpenAlert[], id: string): number {
  let [low, high] = [0, all.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((all[middle] as OpenAlert).id < id) low = middle + 1
    else high = middle
  }
  return low
}

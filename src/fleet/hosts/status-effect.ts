import type { HostStatus } from '../../contract/hosts'
import type { Effect, TopicEntries } from '../../streams'
import { stateEntries, statusEntries } from './host-entries'
import { markUnseen, type Sighting, storeSightings } from './status-store'

/** When hosts were last seen, by the clock of `performance.now()`; or a sweep. */
export type StatusItem = { seen: ReadonlyMap<string, number> } | { sweep: true }

/** A host that was not seen for this long is missing. */
const MISSING_MS = 30 * 86_400_000
const SWEEP_MAX = 1_000

/**
 * Updates the status of hosts: hosts that were seen become online; a sweep finds those that are no longer.
 * @param windowMs a host that was seen within this time is online
 * @returns an effect whose result is the number of hosts whose status has changed
 */
export const statusEffect = (windowMs: number): Effect<StatusItem, number> => ({
  name: 'fleet.status',
  async apply(trx, items) {
    const results: number[] = []
    const entries: TopicEntries[][] = []
    for (const item of items) {
      const changed = 'seen' in item ? await storeSightings(trx, sightingsOf(item.seen), windowMs) : await sweep()
      results.push(changed.length)
      entries.push(changed.flatMap(host => [stateEntries(host), statusEntries(host)]))
    }
    return { results, entries }

    async function sweep() {
      const offline = await markUnseen(trx, { from: ['online'], to: 'offline', afterMs: windowMs, limit: SWEEP_MAX })
      const from: HostStatus[] = ['online', 'offline']
      return [...offline, ...(await markUnseen(trx, { from, to: 'missing', afterMs: MISSING_MS, limit: SWEEP_MAX }))]
    }
  },
})

/** @param seen by the clock of `performance.now()` */
export function sightingsOf(seen: Iterable<[string, number]>): Sighting[] {
  const now = performance.now()
  return [...seen].map(([id, at]) => ({ id, ageMs: now - at }))
}

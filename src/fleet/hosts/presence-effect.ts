import type { Effect, TopicEntries } from '../../streams'
import { presenceEntries } from './entries'
import { markUnseen, type Sighting, storeSightings } from './presence-store'

/** Hosts that were seen, by the clock of `performance.now()`; or a look for those that were not. */
export type PresenceItem = { seen: ReadonlyMap<string, number> } | { sweep: true }

/** Older sightings of a host that has not come back since. */
const MISSING_MS = 30 * 86_400_000
const SWEEP_MAX = 1_000

/** @param windowMs a host that was seen within it is online. @returns an effect whose results are how many have changed */
export const presenceEffect = (windowMs: number): Effect<PresenceItem, number> => ({
  name: 'fleet.presence',
  async apply(trx, items) {
    const results: number[] = []
    const entries: TopicEntries[][] = []
    for (const item of items) {
      const changed = 'seen' in item ? await seen(item.seen) : await unseen()
      results.push(changed.length)
      entries.push(changed.flatMap(presenceEntries))
    }
    return { results, entries }

    function seen(at: ReadonlyMap<string, number>) {
      return storeSightings(trx, sightingsOf(at), windowMs)
    }

    async function unseen() {
      const offline = await markUnseen(trx, { from: ['online'], to: 'offline', afterMs: windowMs, limit: SWEEP_MAX })
      const from: ('online' | 'offline')[] = ['online', 'offline']
      return [...offline, ...(await markUnseen(trx, { from, to: 'missing', afterMs: MISSING_MS, limit: SWEEP_MAX }))]
    }
  },
})

/** @param seen by the clock of `performance.now()` */
export function sightingsOf(seen: Iterable<[string, number]>): Sighting[] {
  const now = performance.now()
  return [...seen].map(([id, at]) => ({ id, ageMs: now - at }))
}

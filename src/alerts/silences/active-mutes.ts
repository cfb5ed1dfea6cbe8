import type { Labels, Matcher } from '../../contract/matchers'
import { compileMatchers, MatcherError, MatcherIndex } from '../matching'
import { newPace } from './pace'
import { type StoredSilence, stateOf } from './silence'
import { concerns, openStateOf, type StoredWindow } from './window'

/** What silences and maintenance windows mute at a time. */
export interface ActiveMutes {
  /** The tenant's `mute_version`. */
  version: number
  /** The ids of silences and the names of windows that an alert with these labels is muted by. */
  mutesOf(labels: Labels): AlertMutes
  /** Whether a window is open for what has these labels; see `concerns`. */
  isInMaintenance(labels: Labels): boolean
  /** When the next silence or window begins or ends, in milliseconds since 1970; infinite: none does. */
  validUntil: number
}

interface AlertMutes {
  readonly silencedBy: string[]
  readonly maintenance: string[]
}

interface Muting {
  version: number
  silences: readonly StoredSilence[]
  windows: readonly StoredWindow[]
}

/**
 * Finds what is active at a time. Results are kept per label set, because alerts in memory keep theirs.
 * @param onBad called with the id of what cannot be compiled, and so mutes nothing
 */
export async function mutesAt(
  { version, silences, windows }: Muting,
  now: number,
  onBad: (id: string, error: MatcherError) => void,
): Promise<ActiveMutes> {
  const active = silences.filter(silence => stateOf(silence, now) === 'active').sort((a, b) => (a.id < b.id ? -1 : 1))
  const { open, until } = await openWindows(windows, now)
  const bySilence = new MatcherIndex(await itemsOf(active, onBad))
  const byWindow = new MatcherIndex(await itemsOf(open, onBad))
  const known = new WeakMap<Labels, AlertMutes>()
  return {
    version,
    mutesOf(labels) {
      const found = known.get(labels)
      if (found) return found
      const mutes = {
        silencedBy: bySilence.matching(labels).map(({ id }) => id),
        maintenance: byWindow.matching(labels).map(({ name }) => name),
      }
      known.set(labels, mutes)
      return mutes
    },
    isInMaintenance: labels => byWindow.matching(labels).some(window => concerns(window, labels)),
    validUntil: Math.min(nextBoundary(silences, now), until),
  }
}

/** The windows that are open, and when the first of all closes or opens. */
async function openWindows(windows: readonly StoredWindow[], now: number) {
  const pace = newPace()
  const open: StoredWindow[] = []
  let first = Number.POSITIVE_INFINITY
  for (const window of windows) {
    await pace()
    const { isOpen, until } = openStateOf(window, now)
    if (isOpen) open.push(window)
    first = Math.min(first, until)
  }
  return { open, until: first }
}

/** Compiles patterns one by one, so that many new ones do not hold up the process. */
async function itemsOf<Item extends { id: string; matchers: readonly Matcher[] }>(
  list: readonly Item[],
  onBad: (id: string, error: MatcherError) => void,
) {
  const pace = newPace()
  const items: { matchers: readonly Matcher[]; value: Item }[] = []
  for (const item of list) {
    await pace()
    try {
      compileMatchers(item.matchers)
      items.push({ matchers: item.matchers, value: item })
    } catch (error) {
      if (!(error instanceof MatcherError)) throw error
      onBad(item.id, error) // accepted by another version of the program
    }
  }
  return items
}

function nextBoundary(silences: readonly StoredSilence[], now: number): number {
  let next = Number.POSITIVE_INFINITY
  for (const { startsAt, endsAt } of silences) for (const at of [startsAt, endsAt]) if (at > now && at < next) next = at
  return next
}

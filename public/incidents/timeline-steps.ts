import type { TimelineEntry } from '../../src/contract/incidents'

/** Entries of a timeline that say the same and follow each other closely, as one. */
export interface TimelineStep {
  /** Id of the newest entry. */
  id: string
  kind: TimelineEntry['kind']
  /** When the first and the last of them happened. */
  from: string
  to: string
  /** Alerts that it is about. */
  count: number
  /** The first of them. */
  fingerprints: readonly string[]
  by: readonly string[]
  /** The newest entry; what people write is never folded. */
  entry: TimelineEntry
}

/** What happens to alerts comes in bursts. */
const FOLDED = new Set<TimelineEntry['kind']>(['firing', 'alerts_resolved', 'muted', 'unmuted'])
/** Entries this close to the next belong together. */
const BURST_MS = 60_000

/** A timeline, the newest entry first, with bursts folded: "37 alerts began to fire". */
export function timelineSteps(entries: readonly TimelineEntry[]): TimelineStep[] {
  const steps: TimelineStep[] = []
  for (const entry of entries) {
    const later = steps.at(-1)
    if (later && isSameBurst(later, entry)) steps[steps.length - 1] = folded(later, entry)
    else steps.push(stepOf(entry))
  }
  return steps
}

const stepOf = (entry: TimelineEntry): TimelineStep => {
  const { id, kind, at, count, fingerprints, by } = entry
  return { id, kind, from: at, to: at, count: count ?? fingerprints.length, fingerprints, by, entry }
}

const isSameBurst = ({ kind, from, by }: TimelineStep, entry: TimelineEntry) =>
  FOLDED.has(kind) &&
  kind === entry.kind &&
  Date.parse(from) - Date.parse(entry.at) <= BURST_MS &&
  by.join() === entry.by.join()

const folded = (later: TimelineStep, { at, count, fingerprints }: TimelineEntry): TimelineStep => ({
  ...later,
  from: at,
  count: later.count + (count ?? fingerprints.length),
  fingerprints: [...new Set([...fingerprints, ...later.fingerprints])],
})

/** The entries with those that have come since; each once, the newest first. */
export function withNewEntries(known: TimelineEntry[], added: readonly TimelineEntry[]): TimelineEntry[] {
  const ids = new Set(known.map(({ id }) => id))
  const fresh = added.filter(({ id }) => !ids.has(id))
  if (fresh.length === 0) return known
  return [...new Map(fresh.map(entry => [entry.id, entry])).values(), ...known].sort((a, b) => (a.id < b.id ? 1 : -1))
}

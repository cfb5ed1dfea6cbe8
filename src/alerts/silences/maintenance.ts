import type { Db, Transaction } from '../../base/db'
import type { Labels } from '../../contract/matchers'
import { compileMatchers, MatcherError } from '../matching'
import type { MuteMemory } from './mute-memory'
import { newPace } from './pace'
import { concerns, type Opening, openingsOf, type StoredWindow } from './window'

/** A time of maintenance, in milliseconds since 1970. */
export interface MaintenanceTime extends Opening {
  /** The window's name. */
  name: string
  /** Which of the given label sets it is for, by their place. */
  places: number[]
}

/**
 * What is under maintenance: for areas whose things have labels. A window counts if all its matchers hold and each is on
 * a label that the thing has.
 */
export interface Maintenance {
  /**
   * What is under maintenance now. Reads one row; the function it returns reads nothing, and holds for the moment.
   * @param db the transaction of the caller, if any
   */
  now(tenantId: string, db?: Db | Transaction): Promise<(labels: Labels) => boolean>
  /** Times of maintenance that go on or begin before `until` (ms), the earliest first. */
  planned(tenantId: string, labelSets: readonly Labels[], until: number): Promise<MaintenanceTime[]>
}

/** Times of one window that are returned; more would tell nobody anything. */
const TIMES_MAX = 20

export const createMaintenance = (memory: MuteMemory): Maintenance => ({
  async now(tenantId, db) {
    const { isInMaintenance } = await memory.active(tenantId, db)
    return isInMaintenance
  },
  async planned(tenantId, labelSets, until) {
    const now = Date.now()
    const pace = newPace()
    const found: MaintenanceTime[] = []
    for (const window of await memory.windows(tenantId)) {
      await pace()
      const places = placesOf(window, labelSets)
      if (places.length === 0) continue
      const times = joined(openingsOf(window, now, TIMES_MAX)).filter(({ startsAt }) => startsAt < until)
      found.push(...times.map(time => ({ ...time, name: window.name, places })))
    }
    return found.sort((a, b) => a.startsAt - b.startsAt)
  },
})

function placesOf(window: StoredWindow, labelSets: readonly Labels[]): number[] {
  const matches = matchesOf(window)
  return labelSets.flatMap((labels, place) => (concerns(window, labels) && matches(labels) ? [place] : []))
}

/** A pattern that another version of the program accepted matches nothing; `MuteMemory` reports it. */
function matchesOf({ matchers }: StoredWindow): (labels: Labels) => boolean {
  try {
    return compileMatchers(matchers)
  } catch (error) {
    if (error instanceof MatcherError) return () => false
    throw error
  }
}

/** Openings that follow each other without a gap are one. */
function joined(openings: readonly Opening[]): Opening[] {
  const times: Opening[] = []
  for (const { startsAt, endsAt } of openings) {
    const last = times.at(-1)
    if (last && startsAt <= last.endsAt) last.endsAt = Math.max(last.endsAt, endsAt)
    else times.push({ startsAt, endsAt })
  }
  return times
}

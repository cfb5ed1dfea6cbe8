import type { MaintenanceWindow } from '../../src/contract/silences'

/** A time in which a window is open, in milliseconds since 1970. */
export interface Opening {
  window: Pick<MaintenanceWindow, 'id' | 'name' | 'enabled'>
  from: number
  to: number
}

/** The part of an opening that is on one day. */
export interface DayPart {
  opening: Opening
  from: number
  to: number
  /** Parts that overlap stand beside each other: its place among how many. */
  lane: number
  lanes: number
}

export interface Day {
  from: number
  to: number
  parts: DayPart[]
}

/** Midnight of the Monday before a time, local. */
export function startOfWeek(time: number): number {
  const at = new Date(time)
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() - ((at.getDay() + 6) % 7)).getTime()
}

/** Midnight a number of days later; days with a change to or from summer time have 23 or 25 hours. */
export function addDays(time: number, days: number): number {
  const at = new Date(time)
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime()
}

/** Days from a midnight on, each with what is open on it. */
export function daysFrom(start: number, count: number, openings: readonly Opening[]): Day[] {
  return Array.from({ length: count }, (_, at) => {
    const from = addDays(start, at)
    const to = addDays(start, at + 1)
    const parts = openings
      .filter(opening => opening.from < to && opening.to > from)
      .map(opening => ({ opening, from: Math.max(from, opening.from), to: Math.min(to, opening.to) }))
      .sort((a, b) => a.from - b.from || b.to - a.to)
    return { from, to, parts: withLanes(parts) }
  })
}

type Part = Omit<DayPart, 'lane' | 'lanes'>

/** Gives each part the first lane that is free; those that overlap, even through others, share the width. */
function withLanes(parts: readonly Part[]): DayPart[] {
  const placed: DayPart[] = []
  let cluster: DayPart[] = []
  let ends: number[] = []
  const finish = () => {
    for (const part of cluster) part.lanes = ends.length
    placed.push(...cluster)
    cluster = []
    ends = []
  }
  for (const part of parts) {
    if (ends.every(end => end <= part.from)) finish()
    const free = ends.findIndex(end => end <= part.from)
    const lane = free < 0 ? ends.length : free
    ends[lane] = part.to
    cluster.push({ ...part, lane, lanes: 0 })
  }
  finish()
  return placed
}

import type { TimeInterval } from '../../contract/alert-routes'
import { changeBetween, offsetAt } from '../../jobs'
import { daysOfMonth, minutes, months, type Range, weekdays, years } from './calendar-range'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Clocks keep an offset at least for so long, so a week in which both ends have the same offset has one only. */
const STEP_MS = 7 * DAY_MS

/** Times that recur, by the calendar and the clocks of a place. All its fields must agree (Alertmanager's `timeinterval`). */
export interface Calendar {
  contains(instant: number): boolean
  /** The first instant after `from` and before `until`, in ms, at which `contains` differs from `from`. */
  changeBetween(from: number, until: number): number | null
}

/** @throws RangeError if a field is wrong; see `faultsOfInterval` */
export function calendarOf(given: TimeInterval): Calendar {
  const isDay = dayTest(given)
  const times = given.times?.map(minutes)
  const isMinute = (minute: number) => !times || times.some(({ from, to }) => minute >= from && minute < to)
  const clock: WallClock = {
    contains: wall => isDay(new Date(wall)) && isMinute(Math.floor((wall - dayOf(wall)) / MINUTE_MS)),
    edges: [...new Set([0, ...(times ?? []).flatMap(({ from, to }) => [from, to])])]
      .map(minute => minute * MINUTE_MS)
      .sort((a, b) => a - b),
  }
  return given.location === undefined ? inUtc(clock) : inZone(clock, given.location)
}

/** What clocks show, as if it were UTC. */
interface WallClock {
  contains(wall: number): boolean
  /** Where it may change, in ms since midnight. */
  edges: number[]
}

const dayOf = (wall: number) => Math.floor(wall / DAY_MS) * DAY_MS

function dayTest({ weekdays: days, days_of_month, months: inMonths, years: inYears }: TimeInterval) {
  const tests = [
    anyOf(days?.map(weekdays), date => date.getUTCDay()),
    anyOf(inMonths?.map(months), date => date.getUTCMonth() + 1),
    anyOf(inYears?.map(years), date => date.getUTCFullYear()),
    monthDayTest(days_of_month?.map(daysOfMonth)),
  ]
  return (date: Date) => tests.every(test => test(date))
}

function anyOf(ranges: Range[] | undefined, partOf: (date: Date) => number) {
  return (date: Date) => {
    if (!ranges) return true
    const value = partOf(date)
    return ranges.some(({ from, to }) => value >= from && value <= to)
  }
}

function monthDayTest(ranges: Range[] | undefined) {
  return (date: Date) => {
    if (!ranges) return true
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    const counted = (day: number) => (day < 0 ? last + day + 1 : day)
    const day = date.getUTCDate()
    return ranges.some(({ from, to }) => day >= counted(from) && day <= counted(to))
  }
}

const inUtc = (clock: WallClock): Calendar => ({
  contains: clock.contains,
  changeBetween: (from, until) => wallChange(clock, clock.contains(from), from, until),
})

function inZone(clock: WallClock, zone: string): Calendar {
  const contains = (instant: number) => clock.contains(instant + offsetAt(zone, instant))
  return {
    contains,
    changeBetween(from, until) {
      const isOpen = contains(from)
      for (let at = from; at < until; ) {
        const offset = offsetAt(zone, at)
        const end = Math.min(at + STEP_MS, until)
        const next = changeBetween(zone, offset, at, end) ?? end
        const shown = wallChange(clock, isOpen, at + offset, next + offset)
        if (shown !== null) return shown - offset
        if (next < until && contains(next) !== isOpen) return next
        at = next
      }
      return null
    },
  }
}

function wallChange(clock: WallClock, isOpen: boolean, from: number, until: number): number | null {
  for (let day = dayOf(from); day < until; day += DAY_MS)
    for (const edge of clock.edges) {
      const at = day + edge
      if (at > from && at < until && clock.contains(at) !== isOpen) return at
    }
  return null
}

import { Lru } from '../../base/lru'

const ZONES_MAX = 100
const DAY_MS = 24 * 60 * 60_000
const formats = new Lru<string, Intl.DateTimeFormat>(ZONES_MAX)

/** Whether the IANA database has this time zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name)
    return true
  } catch {
    return false // a RangeError, for nothing else
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, format)
  return format
}

/** Milliseconds by which clocks in a zone are ahead of UTC at an instant. */
export function offsetAt(zone: string, instant: number): number {
  const name = formatOf(zone).format(instant)
  const found = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name)
  if (!found?.[1]) return 0
  const [, sign, hours, minutes, seconds = 0] = found
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000
  return sign === '-' ? -ms : ms
}

/**
 * The instant at which clocks in a zone show a time. One that they show twice means the first; one that they skip is
 * counted with the offset from before, so half past two becomes half past three (RFC 5545, section 3.3.5).
 * @param wall the time shown, as if it were UTC
 */
export function instantOf(zone: string, wall: number): { instant: number; isSkipped: boolean } {
  const before = offsetAt(zone, wall - DAY_MS)
  const after = offsetAt(zone, wall + DAY_MS)
  // The larger offset gives the earlier instant.
  for (const offset of before > after ? [before, after] : [after, before])
    if (offsetAt(zone, wall - offset) === offset) return { instant: wall - offset, isSkipped: false }
  return { instant: wall - before, isSkipped: true }
}

/**
 * When the offset of a zone first differs from what it was; null when it is the same at the end.
 * @param offset at `from`, or from then on
 */
export function changeBetween(zone: string, offset: number, from: number, to: number): number | null {
  if (offsetAt(zone, to) === offset) return null
  let [same, different] = [from, to]
  while (different - same > 1) {
    const middle = Math.floor((same + different) / 2)
    if (offsetAt(zone, middle) === offset) same = middle
    else different = middle
  }
  return different
}

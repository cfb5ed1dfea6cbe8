import { elapsedMs, formatDate, formatDuration, formatPreciseClock } from '../../text/times'

/** How long ago: `5s`, `3m`, `2h`, `9d`. */
export function age(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1_000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** Local time of day with milliseconds, and with the date unless it is today. */
export function clock(time: string, now = new Date()): string {
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return '            '
  const isToday = at.toDateString() === now.toDateString()
  return `${isToday ? '' : `${formatDate(time)} `}${formatPreciseClock(time)}`
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Converts `90s`, `30m`, `2h`, `7d` before now to RFC 3339; anything else stays unchanged for the server to check. */
export function since(text: string, now = Date.now()): string {
  const seconds = secondsOf(text)
  return seconds === undefined ? text : new Date(now - seconds * 1_000).toISOString()
}

/** `90s`, `30m`, `2h`, `1d` in seconds; nothing for anything else. */
export function secondsOf(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : undefined
}

export const span = (from: string | null, to: string | null, now = Date.now()) =>
  formatDuration(elapsedMs(from, to, now))

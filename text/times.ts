/** A duration: `812 ms`, `4.2 s`, `4 m`, `3 m 05 s`, `2 h 14 m`, `3 d 4 h`; `''` for none. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return ''
  const whole = Math.max(0, ms)
  if (whole < 1_000) return `${Math.round(whole)} ms`
  if (whole < 60_000) return `${(whole / 1_000).toFixed(1)} s`
  const minutes = Math.floor(whole / 60_000)
  if (minutes < 60) return pair(minutes, 'm', pad(Math.floor(whole / 1_000) % 60), 's')
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? pair(hours, 'h', pad(minutes % 60), 'm') : pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const pair = (large: number, unit: string, small: number | string, part: string) =>
  Number(small) === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`

const pad = (value: number, length = 2) => String(value).padStart(length, '0')

/** Milliseconds between two server times; until `now` if there is no end yet. */
export function elapsedMs(from: string | null, to: string | null, now: number): number | null {
  if (from === null) return null
  return (to === null ? now : Date.parse(to)) - Date.parse(from)
}

/** How long ago, roughly: `now`, `12 s ago`, `3 h ago`. */
export function formatAgo(time: string | number, now: number): string {
  const ms = now - (typeof time === 'number' ? time : Date.parse(time))
  if (ms < 2_000) return 'now'
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s ago`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ago`
  return `${Math.floor(ms / 86_400_000)} d ago`
}

/** Local time of day, to the minute: `14:30`. */
export function formatClock(time: string | number): string {
  const at = new Date(time)
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`
}

/** Local time of day, to the millisecond: `14:30:05.250`. */
export function formatPreciseClock(time: string | number): string {
  const at = new Date(time)
  return `${formatClock(time)}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`
}

/** Local date: `2026-01-31`. */
export function formatDate(time: string | number): string {
  const at = new Date(time)
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
}

/** Local date and time: `2026-01-31 14:30`. */
export const formatDateTime = (time: string | number): string => `${formatDate(time)} ${formatClock(time)}`

/** Date and time in a time zone, with its offset, which changes with daylight saving: `Mon 2026-03-30 08:00:00 GMT+2`. */
export function formatInZone(time: string | number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'shortOffset' },
  })
  const parts = Object.fromEntries(format.formatToParts(new Date(time)).map(({ type, value }) => [type, value]))
  const { weekday, year, month, day, hour, minute, second, timeZoneName } = parts
  return `${weekday} ${year}-${month}-${day} ${hour}:${minute}:${second} ${timeZoneName}`
}

/** The exact time in UTC, for tooltips: `2026-01-31 14:30:05 UTC`. */
export const formatUtc = (time: string | number): string =>
  `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** `480 ms`, `3.2 s`, `4 m 10 s`, `2 h 5 m`, `3 d 4 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return ''
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = ms / 1_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours < 1) return pair(minutes, 'm', Math.floor(seconds % 60), 's')
  return hours < 24 ? pair(hours, 'h', minutes % 60, 'm') : pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const pair = (large: number, unit: string, small: number, part: string) =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`

/** `5s`, `3m`, `2h`, `9d`: how long ago. */
export function age(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1_000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** Local time of day with milliseconds, with its date when that is not today. */
export function clock(time: string, now = new Date()): string {
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return '            '
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `
  const isToday = at.toDateString() === now.toDateString()
  const millis = String(at.getMilliseconds()).padStart(3, '0')
  return `${isToday ? '' : day}${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${millis}`
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `90s`, `30m`, `2h`, `7d` before now as RFC 3339; anything else as it is, for the server to judge. */
export function since(text: string, now = Date.now()): string {
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  if (!match) return text
  return new Date(now - Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) * 1_000).toISOString()
}

export const span = (from: string | null, to: string | null, now = Date.now()) =>
  from === null ? '' : duration((to === null ? now : Date.parse(to)) - Date.parse(from))

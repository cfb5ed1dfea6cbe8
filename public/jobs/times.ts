/** A span for people: `812 ms`, `4.2 s`, `3 m 05 s`, `2 h 14 m`, `3 d 4 h`. */
export function spanOf(ms: number): string {
  if (!Number.isFinite(ms)) return ''
  const whole = Math.max(0, ms)
  if (whole < 1_000) return `${Math.round(whole)} ms`
  if (whole < 60_000) return `${(whole / 1_000).toFixed(1)} s`
  const seconds = Math.floor(whole / 1_000)
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`
  return `${Math.floor(minutes / 1_440)} d ${Math.floor((minutes % 1_440) / 60)} h`
}

/** Milliseconds between two times of the server; up to now when there is no end yet. */
export function betweenMs(from: string | null, to: string | null, now: number): number | null {
  if (from === null) return null
  return (to === null ? now : Date.parse(to)) - Date.parse(from)
}

/** How long ago, roughly: `now`, `12 s ago`, `3 h ago`. */
export function agoOf(time: string | number, now: number): string {
  const ms = now - (typeof time === 'number' ? time : Date.parse(time))
  if (ms < 2_000) return 'now'
  const [size, unit] =
    ms < 60_000
      ? ([1_000, 's'] as const)
      : ms < 3_600_000
        ? ([60_000, 'min'] as const)
        : ms < 86_400_000
          ? ([3_600_000, 'h'] as const)
          : ([86_400_000, 'd'] as const)
  return `${Math.floor(ms / size)} ${unit} ago`
}

export const MINUTE_MS = 60_000
export const TEN_MINUTES_MS = 10 * MINUTE_MS

/** Where points of a chart come from, from fine to coarse. */
export const SOURCES = ['samples', 'minutes', 'ten_minutes'] as const
export type Source = (typeof SOURCES)[number]

/**
 * Lengths of points, each a multiple of what it is computed from. None between ten seconds and a minute: to compute them
 * would take thousands of samples, which lie apart on the disk.
 */
const STEPS_SECONDS = [...[1, 2, 5, 10, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400]]

export interface Plan {
  source: Source
  stepMs: number
  /** Starts of the first and of the last point. */
  first: number
  last: number
}

/** The shortest points that are few enough, and what they are computed from. */
export function planOf(from: number, to: number, points: number): Plan {
  const fits = (stepMs: number) => Math.floor(to / stepMs) - Math.floor(from / stepMs) < points
  const known = STEPS_SECONDS.map(seconds => seconds * 1_000)
  const longest = known.at(-1) ?? 1
  const stepMs = known.find(fits) ?? Math.ceil((to - from) / Math.max(1, points - 1) / longest) * longest
  const starts = { first: Math.floor(from / stepMs) * stepMs, last: Math.floor(to / stepMs) * stepMs }
  return { source: sourceOf(stepMs), stepMs, ...starts }
}

function sourceOf(stepMs: number): Source {
  if (stepMs % TEN_MINUTES_MS === 0) return 'ten_minutes'
  return stepMs % MINUTE_MS === 0 ? 'minutes' : 'samples'
}

/** A hole this much longer than the time between its neighbours and theirs is one: intervals change, but not that fast. */
const HOLE = 2.5

/**
 * Where something is missing between points, so that no line is drawn across. Agents measure more or less often, and less while a
 * container is idle, so it depends on how far the points around are apart.
 * @param times in ascending order
 * @returns indices of the points after which something is missing
 */
export function holesIn(times: readonly number[], stepMs: number): number[] {
  const distance = (i: number) => (times[i + 1] ?? Number.NaN) - (times[i] ?? Number.NaN)
  return times.flatMap((_, i) => {
    const own = distance(i)
    const around = [distance(i - 1), distance(i + 1)].filter(Number.isFinite)
    const usual = around.length ? Math.max(stepMs, ...around) : Number.POSITIVE_INFINITY
    return own > usual * HOLE ? [i] : []
  })
}

/** Pages per second: `0.4/s`, `12/s`, `1,240/s`; `''` for none. */
export function formatRate(pagesPerSecond: number): string {
  if (pagesPerSecond <= 0) return ''
  const digits = pagesPerSecond < 10 ? 1 : 0
  return `${pagesPerSecond.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })}/s`
}

/** What the chart shows of the rate while a crawl is watched: one value per second. */
export interface RateHistory {
  /** Time of the first value, in milliseconds since 1970. */
  from: number
  values: readonly (number | null)[]
}

export const RATE_STEP_MS = 1_000
/** Older values are dropped. */
const VALUES_MAX = 300

/** The history with the rate at a time. Seconds that nobody looked at have no value. */
export function withRate(history: RateHistory | null, at: number, rate: number): RateHistory {
  const second = Math.floor(at / RATE_STEP_MS) * RATE_STEP_MS
  if (history === null || second < history.from) return { from: second, values: [rate] }
  const index = (second - history.from) / RATE_STEP_MS
  const kept = history.values.slice(0, index)
  const missed = Array.from({ length: Math.min(VALUES_MAX, index - kept.length) }, () => null)
  const values = [...kept, ...missed, rate].slice(-VALUES_MAX)
  return { from: second - (values.length - 1) * RATE_STEP_MS, values }
}

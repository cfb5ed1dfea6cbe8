/** Durations are counted in buckets that grow by a quarter: accurate to 12 %, from 1 ms to several days. */
const GROWTH = Math.log(1.25)
export const BUCKETS = 96

export const bucketOf = (ms: number) => Math.min(BUCKETS - 1, Math.ceil(Math.log(Math.max(1, ms)) / GROWTH))

/** The middle of a bucket, in ms. */
const middleOf = (bucket: number) => Math.exp((bucket - 0.5) * GROWTH)

/**
 * The value below which the given share of all durations lies.
 * @returns ms, or null if nothing was counted
 */
export function percentile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, n) => sum + n, 0)
  if (total === 0) return null
  let left = share * total
  for (const [bucket, n] of counts.entries()) {
    left -= n
    if (left <= 0 && n > 0) return Math.round(middleOf(bucket) * 10) / 10
  }
  return null
}

/** Counts per bucket. */
export interface Durations {
  wait: number[]
  run: number[]
}

/** Medians and 95th percentiles, in ms. */
export const quantilesOf = ({ wait = [], run = [] }: Partial<Durations> = {}) => ({
  wait_ms: { p50: percentile(wait, 0.5), p95: percentile(wait, 0.95) },
  run_ms: { p50: percentile(run, 0.5), p95: percentile(run, 0.95) },
})

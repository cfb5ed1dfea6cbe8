/** Latencies are counted in buckets whose bounds grow by this factor: a percentile is off by at most half of it. */
const FACTOR = 1.12
const FIRST_MS = 0.5
const LAST_MS = 120_000
const COUNT = Math.ceil(Math.log(LAST_MS / FIRST_MS) / Math.log(FACTOR)) + 1

/** Lower bounds of all buckets but the first, in ms. Stored histograms depend on them. */
export const BOUNDS: readonly number[] = Array.from({ length: COUNT }, (_, i) => FIRST_MS * FACTOR ** i)

/**
 * A percentile of what a histogram has counted, in ms.
 * @param counts one more than there are bounds
 * @param share 0 to 1
 * @returns null if it has counted nothing
 */
export function percentileOf(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (!total) return null
  let rank = Math.max(1, Math.ceil(share * total))
  const bucket = counts.findIndex(count => {
    rank -= count
    return rank <= 0
  })
  const low = BOUNDS[bucket - 1] ?? 0
  const high = BOUNDS[bucket] ?? low
  const within = 1 + rank / (counts[bucket] ?? 1)
  return Math.round((low + (high - low) * within) * 100) / 100
}

/** The sum of histograms. */
export const sumOf = (histograms: readonly (readonly number[])[]): number[] =>
  Array.from({ length: COUNT + 1 }, (_, i) => histograms.reduce((sum, counts) => sum + (counts[i] ?? 0), 0))

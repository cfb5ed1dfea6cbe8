import { cpus, loadavg, totalmem } from 'node:os'

/** The middle value; for an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [below, above] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN]
  return sorted.length % 2 ? above : (below + above) / 2
}

/** @param share 0.99 for the 99th percentile (nearest rank) */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Rounds to three digits: measurements on a shared machine are no more precise. */
export function rounded(value: number): number {
  if (!Number.isFinite(value) || value === 0) return value
  return Number(value.toPrecision(3))
}

/** Milliseconds of a monotonic clock that all processes of this machine share. */
export const nowMs = () => Number(process.hrtime.bigint()) / 1e6

/** The machine of the measurement and its load. */
export function machine() {
  const all = cpus()
  return {
    cores: all.length,
    cpu: all[0]?.model ?? 'unknown',
    memory_gib: Math.round(totalmem() / 2 ** 30),
    load_1m: rounded(loadavg()[0] ?? 0),
  }
}

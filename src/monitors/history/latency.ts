import type { Db } from '../../base/db'
import { DAY_MS } from '../../base/partitions'
import type { HistoryWindow, Latency } from '../../contract/monitor-history'
import { percentileOf, sumOf } from './histogram'
import { exactPercentiles, type LatencySum, listSums, sumNow } from './latency-store'
import { WINDOW_MS } from './windows'

const HOUR_MS = 3_600_000

/** Percentiles over a window: of the last day exactly, of longer ones from histograms. */
export async function latencyOf(db: Db, monitorId: string, window: HistoryWindow, now: number): Promise<Latency> {
  const from = now - WINDOW_MS[window]
  const [grain, lengthMs] = window === '90d' ? (['day', DAY_MS] as const) : (['hour', HOUR_MS] as const)
  const first = new Date(Math.floor(from / lengthMs) * lengthMs)
  const sums = await listSums(db, grain, monitorId, first)
  const rest = await sumRest(db, monitorId, sums, { first, lengthMs, now })
  const all = [...sums, ...rest]
  const histogram = sumOf(all.map(sum => sum.histogram))
  const total = (field: 'checks' | 'failures') => all.reduce((sum, each) => sum + each[field], 0)
  const exact = window === '24h' ? await exactPercentiles(db, monitorId, new Date(from)) : undefined
  return {
    window,
    from: new Date(from).toISOString(),
    to: new Date(now).toISOString(),
    ...(exact ?? percentiles(histogram)),
    checks: total('checks'),
    failures: total('failures'),
    points: all.map(pointOf),
  }
}

/** What follows the last sum, in units of the same length: the current one, and any that is not summed up yet. */
async function sumRest(
  db: Db,
  monitorId: string,
  sums: readonly LatencySum[],
  { first, lengthMs, now }: { first: Date; lengthMs: number; now: number },
): Promise<LatencySum[]> {
  const last = sums.at(-1)
  const rest: LatencySum[] = []
  // checks are kept for days: before them, there is nothing to sum up
  const earliest = Math.floor((now - 2 * DAY_MS) / lengthMs) * lengthMs
  const begin = Math.max(last ? last.at.getTime() + lengthMs : first.getTime(), first.getTime(), earliest)
  for (let at = begin; at < now; at += lengthMs) {
    const sum = await sumNow(db, monitorId, { from: new Date(at), to: new Date(at + lengthMs) })
    if (sum) rest.push(sum)
  }
  return rest
}

const percentiles = (histogram: readonly number[]) => ({
  p50: percentileOf(histogram, 0.5),
  p95: percentileOf(histogram, 0.95),
  p99: percentileOf(histogram, 0.99),
})

function pointOf({ at, checks, failures, histogram, phase_sums, phase_counts }: LatencySum): Latency['points'][number] {
  const mean = (i: number) => {
    const count = phase_counts[i]
    return count ? Math.round(((phase_sums[i] ?? 0) / count) * 100) / 100 : null
  }
  return {
    at: at.toISOString(),
    checks,
    failures,
    ...percentiles(histogram),
    phases_ms: { dns: mean(0), connect: mean(1), tls: mean(2), first_byte: mean(3), transfer: mean(4) },
  }
}

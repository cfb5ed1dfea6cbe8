import { rounded } from '../../figures'
import type { Place, Server } from '../../place'
import { rssBytesOf } from '../../processes'
import { costsOf } from './costs'

const STEADY_MS = 60_000
const LAG = 'tailrace_monitor_check_lag_seconds'

/** Checks for a minute: how late they begin, and what they cost. */
export async function checking(place: Place, server: Server) {
  const before = await lagBuckets(server)
  const costs = await costsOf(place, server, STEADY_MS)
  const after = await lagBuckets(server)
  const buckets = after.map(({ le, count }, index) => ({ le, count: count - (before[index]?.count ?? 0) }))
  return {
    lag_ms_p50: lagMs(buckets, 0.5),
    lag_ms_p99: lagMs(buckets, 0.99),
    ...costs,
    rss_mib: rounded(rssBytesOf(server.pid) / 2 ** 20),
  }
}

interface Bucket {
  le: number
  count: number
}

async function lagBuckets({ url }: Server): Promise<Bucket[]> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = [...text.matchAll(new RegExp(`^${LAG}_bucket\\{le="([^"]+)"\\} (\\d+)`, 'gm'))]
  if (lines.length === 0) throw new Error(`There is no ${LAG}`)
  return lines.map(([, le, count]) => ({
    le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
    count: Number(count),
  }))
}

/** As histogram_quantile of Prometheus: linear within a bucket. */
function lagMs(buckets: readonly Bucket[], share: number): number {
  const rank = (buckets.at(-1)?.count ?? 0) * share
  const at = buckets.findIndex(({ count }) => count >= rank)
  const [below, above] = [buckets[at - 1] ?? { le: 0, count: 0 }, buckets[at]]
  if (!above || !Number.isFinite(above.le)) return rounded(below.le * 1_000)
  const part = (rank - below.count) / Math.max(1, above.count - below.count)
  return rounded((below.le + (above.le - below.le) * part) * 1_000)
}

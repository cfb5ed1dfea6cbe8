import type { Db } from '../../base/db'
import type { MetricChart } from '../../contract/agent-metrics'
import { type Point, readPoints } from './chart-store'
import type { Gauge } from './gauges'
import { holesIn, planOf } from './tiers'

export interface ChartOf {
  tenantId: string
  /** Id of an agent, for its host, or of a container. */
  subject: string
  gauges: readonly Gauge[]
  from: Date
  to: Date
  /** At most. */
  points: number
}

/** Series of what was measured over a period: where something is missing, there is one point of nulls. */
export async function chartOf(db: Db, { tenantId, subject, gauges, from, to, points }: ChartOf): Promise<MetricChart> {
  const { source, stepMs, first, last } = planOf(from.getTime(), to.getTime(), points)
  const span = { from: new Date(first), to: new Date(last + stepMs) }
  const found = await readPoints(db, { tenantId, subjects: [subject], gauges, source, stepMs, ...span })
  const shown = withHoles(found, stepMs)
  const column = (of: 'min' | 'mean' | 'max', i: number) => shown.map(({ point }) => point?.[of][i] ?? null)
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    step_seconds: stepMs / 1_000,
    source,
    times: shown.map(({ at }) => new Date(at).toISOString()),
    series: Object.fromEntries(
      gauges.map((gauge, i) => [gauge, { min: column('min', i), mean: column('mean', i), max: column('max', i) }]),
    ),
  }
}

interface Shown {
  at: number
  /** Absent: something is missing here. */
  point?: Point
}

function withHoles(found: readonly Point[], stepMs: number): Shown[] {
  const times = found.map(({ at }) => at.getTime())
  const holes = new Set(holesIn(times, stepMs))
  return found.flatMap((point, i): Shown[] => {
    const at = point.at.getTime()
    return holes.has(i) ? [{ at, point }, { at: at + stepMs }] : [{ at, point }]
  })
}

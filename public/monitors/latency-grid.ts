import type { Latency } from '../../src/contract/monitor-history'
import { PHASES } from './phases'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

type Point = Latency['points'][number]

/** Points as values at equal steps, as charts need them; null where there were no checks. */
export function latencyGrid({ window, from, to, points }: Latency) {
  const stepMs = window === '90d' ? DAY_MS : HOUR_MS
  const first = Math.floor(Date.parse(from) / stepMs) * stepMs
  const length = Math.max(1, Math.ceil((Date.parse(to) - first) / stepMs))
  const byStep = new Map(points.map(point => [Math.floor((Date.parse(point.at) - first) / stepMs), point]))
  const valuesOf = (value: (point: Point) => number | null) =>
    Array.from({ length }, (_, at) => {
      const point = byStep.get(at)
      return point ? value(point) : null
    })
  return {
    ...{ from: first, stepMs },
    p50: valuesOf(({ p50 }) => p50),
    p95: valuesOf(({ p95 }) => p95),
    p99: valuesOf(({ p99 }) => p99),
    phases: PHASES.map(phase => ({ ...phase, values: valuesOf(({ phases_ms }) => phases_ms[phase.name]) })).filter(
      ({ values }) => values.some(value => value !== null),
    ),
  }
}

import type { LatestSample, MetricChart, MetricSeries } from '../../src/contract/agent-metrics'

/** Longer points are sums, which only the server can compute. */
const STEP_SECONDS_MAX = 5
/** Time without a sample after which something may have been missed. */
const MISSED_MS = 15_000

/** Whether single samples can be appended to a chart. */
export const takesSamples = ({ source, step_seconds }: MetricChart): boolean =>
  source === 'samples' && step_seconds <= STEP_SECONDS_MAX

/**
 * A chart with one more sample, and without what is too old by then. The same chart if the sample is not newer; null if something was
 * missed, so that the chart must be read again: a line across the hole would be wrong.
 */
export function withSample(chart: MetricChart, { at, values }: LatestSample, periodMs: number): MetricChart | null {
  const stepMs = chart.step_seconds * 1_000
  const sampledAt = Math.floor(Date.parse(at) / stepMs) * stepMs
  const last = Date.parse(chart.times.at(-1) ?? '')
  if (sampledAt < last) return chart
  if (!(sampledAt - last <= MISSED_MS)) return null
  const kept = sampledAt === last ? chart.times.slice(0, -1) : chart.times
  const first = firstAfter(kept, sampledAt - periodMs)
  const append = (known: readonly (number | null)[], value: number | null) => [
    ...known.slice(first, kept.length),
    value,
  ]
  const next = ([gauge, { min, mean, max }]: [string, MetricSeries]) => {
    const value = values[gauge] ?? null
    return [gauge, { min: append(min, value), mean: append(mean, value), max: append(max, value) }]
  }
  return {
    ...chart,
    from: new Date(sampledAt - periodMs).toISOString(),
    to: at,
    times: [...kept.slice(first), new Date(sampledAt).toISOString()],
    series: Object.fromEntries(Object.entries(chart.series).map(next)),
  }
}

function firstAfter(times: readonly string[], ms: number): number {
  const found = times.findIndex(time => Date.parse(time) >= ms)
  return found < 0 ? times.length : found
}

/** The newest known value of a gauge. */
export function newestOf({ series }: MetricChart, gauge: string): number | null {
  return series[gauge]?.mean.findLast(value => value !== null) ?? null
}

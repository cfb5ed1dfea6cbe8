import type { MetricChart } from '../../src/contract/agent-metrics'
import { Chart, type Series } from '../components/chart'
import { Failure } from '../components/empty'
import { TabLinks } from '../components/tab-links'
import { type GaugeChart, PERIODS, type Period } from './gauges'
import { newestOf, takesSamples } from './live-chart'
import { type Measured, useMetrics } from './use-metrics'

interface GaugeChartsProps {
  measured: Measured
  charts: readonly GaugeChart[]
  period: Period
  hrefOf(period: Period['name']): string
}

const TABS = PERIODS.map(({ name }) => [name, name] as const)
const HEIGHT_PX = 130

/** Charts of a machine or of a container over a period, live. */
export function GaugeCharts({ measured, charts, period, hrefOf }: GaugeChartsProps) {
  const { chart, problem, read } = useMetrics(measured, period)
  const found = chart.value
  return (
    <section class="gauges" aria-label="Charts">
      <header class="row">
        <h2>Last {period.title}</h2>
        <span class="spacer" />
        <TabLinks tabs={TABS} current={period.name} hrefOf={hrefOf} />
      </header>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      <div class="charts gauge-charts">
        {charts.map(each => (
          <OneChart key={each.title} of={each} found={found} period={period} />
        ))}
      </div>
    </section>
  )
}

const NOTHING: MetricChart = { from: '', to: '', step_seconds: 1, source: 'samples', times: [], series: {} }

/** Keeps its place before there is anything to draw. */
function OneChart({ of, found, period }: { of: GaugeChart; found: MetricChart | null; period: Period }) {
  const chart = found ?? NOTHING
  const known = of.lines.filter(({ gauge }) => chart.series[gauge]?.mean.some(value => value !== null))
  const lines = known.length > 0 ? known : of.lines.slice(0, 1)
  const measured = chart.times.map(time => Date.parse(time))
  // the whole period, also where nothing was measured
  const before = [Date.parse(chart.from)].filter(time => !(time >= (measured[0] ?? Number.POSITIVE_INFINITY)))
  const after = [Date.parse(chart.to)].filter(time => !(time <= (measured.at(-1) ?? 0)))
  const times = found ? [...before, ...measured, ...after] : []
  const spread = (values: readonly (number | null)[]) =>
    found ? [...before.map(() => null), ...values, ...after.map(() => null)] : []
  const series = lines.flatMap(({ gauge, name, color }): Series[] => {
    const { mean = [], max = [] } = chart.series[gauge] ?? {}
    const line = { name, color, values: spread(mean) }
    // of one line only: the peaks of several would hide each other
    if (takesSamples(chart) || lines.length > 1) return [line]
    return [{ name: 'peak', color: '--line-strong', values: spread(max) }, line]
  })
  const total = of.total === undefined ? null : newestOf(chart, of.total)
  const title = total === null ? of.title : `${of.title}, of ${of.format(total)}`
  const words = lines.map(({ gauge, name }) => {
    const newest = newestOf(chart, gauge)
    return newest === null ? `${name} not known` : `${name} ${of.format(newest)}`
  })
  return (
    <Chart
      title={title}
      summary={`${title} over the last ${period.title}: now ${words.join(', ')}`}
      from={times[0] ?? 0}
      stepMs={chart.step_seconds * 1_000}
      times={times}
      series={series}
      format={of.format}
      heightPx={HEIGHT_PX}
    />
  )
}

import { useMemo } from 'preact/hooks'
import type { Latency } from '../../src/contract/monitor-history'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Chart } from '../components/chart'
import { latencyGrid } from './latency-grid'
import { WINDOW_NAMES } from './uptime'

const HEIGHT_PX = 160

/** How long successful checks took: percentiles, and where the time went. */
export function LatencyCharts({ latency }: { latency: Latency }) {
  const grid = useMemo(() => latencyGrid(latency), [latency])
  const percentiles = useMemo(
    () => [
      { name: 'p99', color: '--failed', values: grid.p99 },
      { name: 'p95', color: '--cancelled', values: grid.p95 },
      { name: 'p50', color: '--completed', values: grid.p50 },
    ],
    [grid],
  )
  const phases = useMemo(
    () => grid.phases.map(({ title, color, values }) => ({ name: title, color, values })).reverse(),
    [grid],
  )
  const { p50, p95, p99, checks, window } = latency
  const said = [`p50 ${formatDuration(p50)}`, `p95 ${formatDuration(p95)}`, `p99 ${formatDuration(p99)}`].join(', ')
  const summary = p50 === null ? 'no successful checks' : `${said} of ${counted(checks, 'check')}`
  return (
    <div class="charts">
      <Chart
        title={`Latency, ${p50 === null ? 'no data yet' : said}`}
        summary={`Latency over the last ${WINDOW_NAMES[window]}: ${summary}`}
        from={grid.from}
        stepMs={grid.stepMs}
        series={percentiles}
        format={formatDuration}
        heightPx={HEIGHT_PX}
      />
      <Chart
        title="Phases, mean"
        summary={`Mean of each phase over the last ${WINDOW_NAMES[window]}`}
        from={grid.from}
        stepMs={grid.stepMs}
        kind="areas"
        series={phases}
        format={formatDuration}
        heightPx={HEIGHT_PX}
      />
    </div>
  )
}

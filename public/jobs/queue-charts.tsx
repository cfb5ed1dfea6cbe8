import { useMemo } from 'preact/hooks'
import { Chart } from '../components/chart'
import { type QueueHistory, sumOf, useHistory } from './queue-history'
import { spanOf } from './times'

const MINUTES = 180
const MINUTE_MS = 60_000
const number = new Intl.NumberFormat('en')

/** What one queue did in the last hours: how much, how much of it failed, how long it took. */
export function QueueCharts({ queue }: { queue: string }) {
  const { value } = useHistory(MINUTES, queue)
  const shown = useMemo(() => value.value && chartsOf(value.value.queues[queue]), [value.value])
  if (!value.value || !shown) return <div class="charts is-loading" aria-busy="true" />
  const time = { from: Date.parse(value.value.from), stepMs: MINUTE_MS }
  return (
    <div class="charts">
      <Chart
        title="Jobs per minute"
        summary={`Jobs of ${queue} per minute over 3 hours: ${shown.completed} completed, ${shown.failed} failed.`}
        series={shown.counts}
        format={value => number.format(value)}
        {...time}
      />
      <Chart
        title="Time, 95 %"
        summary={`How long 95 % of the jobs of ${queue} waited and ran at most, per minute over 3 hours.`}
        series={shown.spans}
        format={spanOf}
        {...time}
      />
    </div>
  )
}

function chartsOf(history = NOTHING) {
  return {
    completed: number.format(sumOf(history.completed)),
    failed: number.format(sumOf(history.failed)),
    counts: [
      { name: 'completed', color: '--completed', values: history.completed },
      { name: 'failed', color: '--failed', values: history.failed },
    ],
    spans: [
      { name: 'wait', color: '--scheduled', values: history.wait_p95_ms },
      { name: 'run', color: '--running', values: history.run_p95_ms },
    ],
  }
}

const NOTHING: QueueHistory = {
  completed: new Array<number>(MINUTES).fill(0),
  failed: new Array<number>(MINUTES).fill(0),
  wait_p95_ms: new Array<null>(MINUTES).fill(null),
  run_p95_ms: new Array<null>(MINUTES).fill(null),
}

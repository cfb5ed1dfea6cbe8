import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { QueueName } from '../../src/contract/jobs'
import type { QueueHistory } from '../../src/contract/queues'
import { formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Chart } from '../components/chart'
import { sumOf, useHistory } from './queue-history'

const RANGES: Array<[minutes: number, name: string]> = [
  [60, '1 hour'],
  [180, '3 hours'],
  [1_440, '1 day'],
]
const MINUTE_MS = 60_000

/** The recent throughput, failures and durations of a queue. */
export function QueueCharts({ queue }: { queue: QueueName }) {
  const minutes = useSignal(60)
  const range = RANGES.find(([each]) => each === minutes.value)?.[1] ?? ''
  const { value } = useHistory(minutes.value, queue)
  const shown = useMemo(
    () => value.value && chartsOf(value.value.queues[queue] ?? emptyHistory(value.value.minutes)),
    [value.value],
  )
  if (!value.value || !shown) return <div class="charts is-loading" aria-busy="true" />
  const time = { from: Date.parse(value.value.from), stepMs: MINUTE_MS }
  return (
    <div class="charts">
      <fieldset class="chips" aria-label="Time range">
        {RANGES.map(([each, name]) => (
          <button key={each} type="button" aria-pressed={minutes.value === each} onClick={() => (minutes.value = each)}>
            {name}
          </button>
        ))}
      </fieldset>
      <Chart
        title="Jobs per minute"
        summary={`${queue} jobs per minute over ${range}: ${shown.completed} completed, ${shown.failed} failed.`}
        kind="bars"
        series={shown.counts}
        format={formatCount}
        {...time}
      />
      <Chart
        title="p95 duration"
        summary={`p95 wait and run durations of ${queue} jobs over ${range}.`}
        series={shown.spans}
        format={formatDuration}
        {...time}
      />
    </div>
  )
}

function chartsOf(history: QueueHistory) {
  return {
    completed: formatCount(sumOf(history.completed)),
    failed: formatCount(sumOf(history.failed)),
    counts: [
      { name: 'failed', color: '--failed', values: history.failed },
      { name: 'completed', color: '--completed', values: history.completed },
    ],
    spans: [
      { name: 'wait', color: '--scheduled', values: history.wait_p95_ms },
      { name: 'run', color: '--running', values: history.run_p95_ms },
    ],
  }
}

/** For a queue that has run no jobs. */
const emptyHistory = (minutes: number): QueueHistory => ({
  completed: new Array(minutes).fill(0),
  failed: new Array(minutes).fill(0),
  wait_p95_ms: new Array(minutes).fill(null),
  run_p95_ms: new Array(minutes).fill(null),
})

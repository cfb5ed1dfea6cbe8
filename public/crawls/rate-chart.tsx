import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Crawl } from '../../src/contract/crawls'
import { now } from '../clock'
import { Chart } from '../components/chart'
import { formatRate, RATE_STEP_MS, type RateHistory, withRate } from './rate'

const HEIGHT_PX = 110

/** The rate since the page was opened. */
export function RateChart({ crawl }: { crawl: Crawl }) {
  const history = useSignal<RateHistory | null>(null)
  const { pages_per_second } = crawl
  useEffect(() => {
    history.value = withRate(history.peek(), now.value, pages_per_second)
  }, [now.value])
  const { from, values } = history.value ?? { from: now.peek(), values: [] }
  const series = useMemo(() => [{ name: 'pages per second', color: '--running', values }], [values])
  return (
    <Chart
      title="Pages per second"
      summary={`Pages per second while this page is open, now ${formatRate(pages_per_second) || '0/s'}`}
      from={from}
      stepMs={RATE_STEP_MS}
      series={series}
      format={value => formatRate(value) || '0/s'}
      heightPx={HEIGHT_PX}
    />
  )
}

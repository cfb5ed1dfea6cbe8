import { useMemo } from 'preact/hooks'
import type { Queue, QueueCounts } from '../../src/contract/queues'
import { formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Chart } from '../components/chart'
import { Failure } from '../components/empty'
import { Health } from '../components/health'
import { PageFrame } from '../components/page-frame'
import { Tile } from '../components/tile'
import { FleetPanels } from '../fleet/dashboard/fleet-panels'
import { ErrorGroups } from '../jobs/error-groups'
import { filtersOf } from '../jobs/filters'
import { QueueCards } from '../jobs/queue-cards'
import { combineQueues, type Histories, sumOf, useHistory } from '../jobs/queue-history'
import { RunningJobs } from '../jobs/running-jobs'
import { useQueues } from '../jobs/use-queues'
import { MonitorPanels } from '../monitors/monitor-panels'
import { stats } from '../shell/counts'

const MINUTES = 60
const MINUTE_MS = 60_000
const ROWS = 8
const ERRORS = '/errors?since=24h'
const LAST_DAY = filtersOf('?since=24h&children=1')

/** What went wrong, and what is going on: the most urgent first. */
export default function DashboardPage() {
  const { queues, problem, read } = useQueues()
  const { value: history } = useHistory(MINUTES)
  return (
    <PageFrame page="dashboard">
      <Health />
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      <JobTiles queues={queues.value} />
      <div class="panels">
        <section class="panel went-wrong" aria-label="What went wrong">
          <h2>
            <a href={ERRORS}>What went wrong</a>
          </h2>
          <ErrorGroups filters={LAST_DAY} sort="recent" max={ROWS} empty="Nothing in the last 24 hours" />
        </section>
        <RunningJobs />
      </div>
      <MonitorPanels />
      {history.value ? (
        <Throughput history={history.value} />
      ) : (
        <div class="charts is-single is-loading" aria-busy="true" />
      )}
      <FleetPanels />
      <QueueCards queues={queues.value} chosen="" history={history.value} />
    </PageFrame>
  )
}

function JobTiles({ queues }: { queues: Queue[] }) {
  const open = stats.value?.jobs
  const countOf = (count: number | undefined) => (count === undefined ? '–' : formatCount(count))
  const oldestMs = Math.max(0, ...queues.map(queue => queue.oldest_waiting_seconds)) * 1_000
  const countOfAll = (name: keyof QueueCounts) => sumOf(queues.map(({ counts }) => counts[name]))
  const failed = countOfAll('failed_last_hour')
  const bad = countOfAll('bad_last_hour')
  return (
    <div class="tiles">
      <Tile
        title="Failed in the last hour"
        value={formatCount(failed)}
        note={`${formatCount(countOfAll('failed'))} in 24 hours`}
        href="/jobs?status=failed&since=1h&children=1"
        tone={failed > 0 ? 'bad' : undefined}
      />
      <Tile
        title="Bad results in the last hour"
        value={formatCount(bad)}
        note={`${formatCount(countOfAll('bad'))} in 24 hours`}
        href="/jobs?status=completed&outcome=bad&since=1h&children=1"
        tone={bad > 0 ? 'bad' : undefined}
      />
      <Tile
        title="Waiting"
        value={countOf(open?.pending)}
        note={oldestMs >= 1_000 ? `oldest for ${formatDuration(oldestMs)}` : ''}
        href="/jobs?status=pending&children=1"
      />
      <Tile title="Running" value={countOf(open?.running)} href="/jobs?status=running&children=1" />
      <Tile title="Scheduled" value={countOf(open?.scheduled)} href="/jobs?status=scheduled&children=1" />
    </div>
  )
}

function Throughput({ history }: { history: Histories }) {
  const { counts, summary } = useMemo(() => {
    const { completed, failed } = combineQueues(history)
    return {
      summary: `Jobs per minute in the last hour: ${formatCount(sumOf(completed))} completed, ${formatCount(sumOf(failed))} failed.`,
      counts: [
        { name: 'failed', color: '--failed', values: failed },
        { name: 'completed', color: '--completed', values: completed },
      ],
    }
  }, [history])
  return (
    <div class="charts is-single">
      <Chart
        title="Jobs per minute"
        summary={summary}
        from={Date.parse(history.from)}
        stepMs={MINUTE_MS}
        kind="bars"
        series={counts}
        format={formatCount}
        heightPx={110}
      />
    </div>
  )
}

import { useMemo } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { formatCount, formatPercent } from '../../text/numbers'
import { elapsedMs, formatDuration } from '../../text/times'
import { now } from '../clock'
import { Chart } from '../components/chart'
import { Empty, Failure } from '../components/empty'
import { Health } from '../components/health'
import { Status } from '../components/status'
import { FleetPanels } from '../fleet/dashboard/fleet-panels'
import { ErrorGroups } from '../jobs/error-groups'
import { filtersOf } from '../jobs/filters'
import { progressOf, subjectOf } from '../jobs/job'
import { QueueCards } from '../jobs/queue-cards'
import { combineQueues, type Histories, sumOf, useHistory } from '../jobs/queue-history'
import { useJobList } from '../jobs/use-job-list'
import { useQueues } from '../jobs/use-queues'
import { Workers } from '../jobs/workers'
import { runsInstallation } from '../session'

const MINUTES = 60
const MINUTE_MS = 60_000
const ROWS = 8
const RUNNING = filtersOf('?status=running&children=1')
const FAILED = filtersOf('?since=24h&children=1')

/** The health of the installation and what is running now. */
export function DashboardPage() {
  const { queues, problem, read } = useQueues()
  const { value: history } = useHistory(MINUTES)
  return (
    <div class="page dashboard">
      <h1 class="hidden">Dashboard</h1>
      <Health />
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      <QueueCards queues={queues.value} chosen="" history={history.value} />
      {history.value && <Throughput history={history.value} />}
      <div class="panels">
        <Running />
        <section class="panel" aria-label="Failures">
          <h2>
            <a href="/queue?since=24h&view=errors">Failures in the last 24 hours</a>
          </h2>
          <ErrorGroups filters={FAILED} max={ROWS} />
        </section>
      </div>
      <FleetPanels />
      {runsInstallation.value && <Workers />}
    </div>
  )
}

function Throughput({ history }: { history: Histories }) {
  const { counts, summary } = useMemo(() => {
    const { completed, failed } = combineQueues(history)
    return {
      summary: `Jobs per minute in the last hour: ${formatCount(sumOf(completed))} completed, ${formatCount(sumOf(failed))} failed.`,
      counts: [
        { name: 'completed', color: '--completed', values: completed },
        { name: 'failed', color: '--failed', values: failed },
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
        series={counts}
        format={formatCount}
        heightPx={110}
      />
    </div>
  )
}

function Running() {
  const { items } = useJobList(RUNNING)
  const running = (items.value ?? []).filter(job => job.status === 'running')
  return (
    <section class="panel" aria-label="Running jobs">
      <h2>
        <a href="/queue?status=running&children=1">Running</a>
      </h2>
      {items.value !== null && running.length === 0 && (
        <Empty title="No running jobs">
          <a href="/queue">Start a job</a>
        </Empty>
      )}
      <ul class="lines">
        {running.slice(0, ROWS).map(job => (
          <RunningJob key={job.id} job={job} />
        ))}
      </ul>
      {running.length > ROWS && <p class="hint">and {formatCount(running.length - ROWS)} more</p>}
    </section>
  )
}

function RunningJob({ job }: { job: Job }) {
  const share = progressOf(job.progress)
  return (
    <li>
      <Status status={job.status} />
      <a class="line-name" href={`/jobs/${job.id}`}>
        {subjectOf(job) || job.kind}
      </a>
      <span class="spacer" />
      {share !== null && <span>{formatPercent(share)}</span>}
      <span class="hint">{formatDuration(elapsedMs(job.started_at, null, now.value) ?? 0)}</span>
    </li>
  )
}

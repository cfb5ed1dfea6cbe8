import type { Job } from '../../src/contract/jobs'
import { formatCount, formatPercent } from '../../text/numbers'
import { subjectOf } from '../../text/subject'
import { elapsedMs, formatDuration } from '../../text/times'
import { now } from '../clock'
import { Empty } from '../components/empty'
import { Status } from '../components/status'
import { filtersOf } from './filters'
import { progressOf } from './job'
import { useJobList } from './use-job-list'

const ROWS = 8
const SEARCH = '?status=running&children=1'
const RUNNING = filtersOf(SEARCH)

export function RunningJobs() {
  const { items } = useJobList(RUNNING)
  const running = (items.value ?? []).filter(job => job.status === 'running')
  return (
    <section class="panel" aria-label="Running jobs">
      <h2>
        <a href={`/jobs${SEARCH}`}>Running</a>
      </h2>
      {items.value !== null && running.length === 0 && <Empty title="No running jobs" />}
      <ul class="lines">
        {running.slice(0, ROWS).map(job => (
          <RunningJob key={job.id} job={job} />
        ))}
      </ul>
      {running.length > ROWS && (
        <p class="hint">
          <a href={`/jobs${SEARCH}`}>and {formatCount(running.length - ROWS)} more</a>
        </p>
      )}
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

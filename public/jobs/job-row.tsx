import type { ComponentChildren } from 'preact'
import type { Job } from '../../src/contract/jobs'
import { formatAgo, formatDuration } from '../../text/times'
import { now } from '../clock'
import { Progress, Status } from '../components/status'
import { hasEnded, ranMs, shareDone, subjectOf } from './job'
import { type ListState, toggled } from './list-state'
import { isCheckResult } from './waterfall'

interface JobRowProps {
  job: Job
  state: ListState
  /** What an expanded row shows. It comes from outside because it contains a list of jobs itself. */
  renderDetails(job: Job): ComponentChildren
}

/** One job in the list. */
export function JobRow({ job, state, renderDetails }: JobRowProps) {
  const { id } = job
  const isOpen = state.opened.value.has(id)
  const isCurrent = state.current.value === id
  const took = ranMs(job, now.value)
  const share = hasEnded(job.status) ? null : shareDone(job.progress)
  const name = subjectOf(job) || job.kind
  return (
    <li class={`job-row${isOpen ? ' is-open' : ''}${isCurrent ? ' is-current' : ''}`} data-job={id}>
      <div class="job-line">
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          aria-label={`Steps and log of ${name}`}
          onClick={() => (state.opened.value = toggled(state.opened.value, id))}
        />
        <Pick id={id} name={name} selected={state.selected} />
        <Status status={job.status} />
        <a class="job-subject" href={`/jobs/${id}`} title={subjectOf(job)}>
          {name}
        </a>
        <span class="job-kind">{job.kind}</span>
        <span class="job-note">
          {share !== null && job.status === 'running' ? (
            <Progress share={share} label={`Progress of ${job.kind}`} />
          ) : (
            <Outcome job={job} />
          )}
        </span>
        <span class="job-attempt">
          {job.max_attempts > 1 && job.attempt > 0 ? `${job.attempt}/${job.max_attempts}` : ''}
        </span>
        <span class="job-took">{took === null ? '' : formatDuration(took)}</span>
        <time class="job-time" dateTime={job.created_at} title={job.created_at}>
          {formatAgo(job.created_at, now.value)}
        </time>
      </div>
      {isOpen && renderDetails(job)}
    </li>
  )
}

function Pick({ id, name, selected }: { id: string; name: string; selected: ListState['selected'] }) {
  if (!selected) return <span class="pick" />
  return (
    <input
      type="checkbox"
      class="pick"
      aria-label={`Select ${name}`}
      checked={selected.value.has(id)}
      onChange={() => (selected.value = toggled(selected.value, id))}
    />
  )
}

/** What came of it, in a line: why it failed, or what a check found. */
function Outcome({ job: { error, result } }: { job: Job }) {
  if (error) return <span class="job-error">{error.message}</span>
  if (!isCheckResult(result)) return null
  const found = result.error ? result.error.message : `${result.status_code} in ${formatDuration(result.latency_ms)}`
  return (
    <span title={found}>
      <b class={`is-${result.status}`}>{result.status}</b> {found}
    </span>
  )
}

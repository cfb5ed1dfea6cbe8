import type { ComponentChildren } from 'preact'
import type { Job } from '../../src/contract/jobs'
import { subjectOf } from '../../text/subject'
import { formatAgo, formatDuration, formatUtc } from '../../text/times'
import { now } from '../clock'
import { Outcome } from '../components/outcome'
import { Progress, Status } from '../components/status'
import { isOperator } from '../session'
import { hasEnded, progressOf, runDurationMs } from './job'
import { type ListState, toggled } from './list-state'

interface JobRowProps {
  job: Job
  state: ListState
  /** The content of an expanded row. It is passed in because it contains a job list itself. */
  renderDetails(job: Job): ComponentChildren
}

/** A row of a job list. */
export function JobRow({ job, state, renderDetails }: JobRowProps) {
  const { id } = job
  const isOpen = state.expanded.value.has(id)
  const isCurrent = state.current.value === id
  const took = runDurationMs(job, now.value)
  const share = hasEnded(job.status) ? null : progressOf(job.progress)
  const name = subjectOf(job) || job.kind
  return (
    <li class={`job-row${isOpen ? ' is-open' : ''}${isCurrent ? ' is-current' : ''}`} data-job={id}>
      <div class="job-line columns-row">
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          aria-label={`Steps and log of ${name}`}
          onClick={() => (state.expanded.value = toggled(state.expanded.value, id))}
        />
        <Pick id={id} name={name} selected={state.selected} />
        <span class="job-outcome">
          <Outcome of={job} />
        </span>
        <a class="job-subject" href={`/jobs/${id}`} title={subjectOf(job)}>
          {name}
        </a>
        <span class="job-kind">{job.kind}</span>
        <span class="job-note">
          {share !== null && job.status === 'running' ? (
            <Progress share={share} label={`Progress of ${job.kind}`} />
          ) : (
            job.outcome && <Status status={job.status} />
          )}
        </span>
        <span class="job-attempt number">
          {job.max_attempts > 1 && job.attempt > 0 ? `${job.attempt}/${job.max_attempts}` : ''}
        </span>
        <span class="job-took number">{took === null ? '' : formatDuration(took)}</span>
        <time class="job-time number" dateTime={job.created_at} title={formatUtc(job.created_at)}>
          {formatAgo(job.created_at, now.value)}
        </time>
      </div>
      {isOpen && renderDetails(job)}
    </li>
  )
}

function Pick({ id, name, selected }: { id: string; name: string; selected: ListState['selected'] }) {
  if (!selected || !isOperator.value) return <span class="pick" />
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

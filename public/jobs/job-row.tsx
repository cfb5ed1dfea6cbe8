import { useSignal } from '@preact/signals'
import { now } from '../clock'
import { Progress, Status } from '../components/status'
import { Children, useDescendants } from './children'
import { hasEnded, type Job, ranMs, shareDone, subjectOf } from './job'
import type { ListState } from './job-list'
import { JobLog } from './job-log'
import { Steps } from './steps'
import { agoOf, spanOf } from './times'
import { useJob } from './use-job'
import { isCheckResult } from './waterfall'

/** One job in the list; unfolded it shows its steps and its lines as they come. */
export function JobRow({ job, state }: { job: Job; state: ListState }) {
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
        <span class="job-took">{took === null ? '' : spanOf(took)}</span>
        <time class="job-time" dateTime={job.created_at} title={job.created_at}>
          {agoOf(job.created_at, now.value)}
        </time>
      </div>
      {isOpen && <Unfolded job={job} />}
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

/** The set with this one in it, or without it when it was. */
export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}

/** What came of it, in a line: why it failed, or what a check found. */
function Outcome({ job: { error, result } }: { job: Job }) {
  if (error) return <span class="job-error">{error.message}</span>
  if (!isCheckResult(result)) return null
  const found = result.error ? result.error.message : `${result.status_code} in ${spanOf(result.latency_ms)}`
  return (
    <span title={found}>
      <b class={`is-${result.status}`}>{result.status}</b> {found}
    </span>
  )
}

function Unfolded({ job: listed }: { job: Job }) {
  const { job } = useJob(listed.id)
  const shown = job.value ?? listed
  const step = useSignal('')
  const found = useDescendants(shown)
  return (
    <div class="job-unfolded">
      <Steps steps={shown.steps} picked={step.value} onPick={name => (step.value = name)} />
      <Children job={shown} found={found} />
      <JobLog job={shown} step={step.value} />
    </div>
  )
}

import { now } from '../clock'
import { Progress, Status } from '../components/status'
import { hasEnded, type Job, shareDone, subjectOf } from './job'
import { JobLog } from './job-log'
import { Steps } from './steps'
import { agoOf, betweenMs, spanOf } from './times'
import { useJob } from './use-job'
import { isCheckResult } from './waterfall'

interface JobRowProps {
  job: Job
  isOpen: boolean
  isCurrent: boolean
  onToggle(): void
}

/** One job in the list; unfolded it shows its steps and its lines as they come. */
export function JobRow({ job, isOpen, isCurrent, onToggle }: JobRowProps) {
  const took = betweenMs(job.started_at, job.ended_at, now.value)
  const share = hasEnded(job.status) ? null : shareDone(job.progress)
  return (
    <li class={`job-row${isOpen ? ' is-open' : ''}${isCurrent ? ' is-current' : ''}`} data-job={job.id}>
      <div class="job-line">
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          aria-label={`Steps and log of ${subjectOf(job) || job.kind}`}
          onClick={onToggle}
        />
        <Status status={job.status} />
        <a class="job-subject" href={`/jobs/${job.id}`} title={subjectOf(job)}>
          {subjectOf(job) || job.kind}
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
  return (
    <div class="job-unfolded">
      <Steps steps={shown.steps} />
      <JobLog job={shown} />
    </div>
  )
}

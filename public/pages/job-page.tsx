import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Job } from '../../src/contract/jobs'
import { subjectOf } from '../../text/subject'
import { formatAgo, formatDuration } from '../../text/times'
import { now } from '../clock'
import { Empty, Failure } from '../components/empty'
import { Outcome, outcomeWords } from '../components/outcome'
import { Progress, Status } from '../components/status'
import { JobActions } from '../jobs/actions'
import { Attempts, useAttempts } from '../jobs/attempts'
import { Children, useDescendants } from '../jobs/children'
import { hasEnded, progressOf, runDurationMs, waitedMs } from '../jobs/job'
import { renderDetails } from '../jobs/job-details'
import { JobLog } from '../jobs/job-log'
import { MergedLog } from '../jobs/merged-log'
import { Timeline } from '../jobs/timeline'
import { useJob } from '../jobs/use-job'
import { isCheckResult, Waterfall } from '../jobs/waterfall'
import { useTitle } from '../use-title'

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export default function JobPage({ id }: { id: string }) {
  return ID.test(id) ? <KnownJob id={id} /> : <NoSuchJob />
}

function NoSuchJob() {
  useTitle('No such job')
  return (
    <div class="page">
      <Empty title="No such job">
        <p>It may have been removed from the history, or the address is not complete.</p>
        <a href="/jobs">All jobs</a>
      </Empty>
    </div>
  )
}

function KnownJob({ id }: { id: string }) {
  const { job, problem, isMissing, read } = useJob(id)
  if (isMissing.value && !job.value) return <NoSuchJob />
  if (problem.value !== '' && !job.value) {
    return (
      <div class="page">
        <Failure message={problem.value} onRetry={() => void read()} />
        <Empty title="Job not available">
          <a href="/jobs">Back to queue</a>
        </Empty>
      </div>
    )
  }
  if (!job.value) return <div class="page is-loading" aria-busy="true" />
  return <JobView job={job.value} onChanged={() => void read()} />
}

function JobView({ job, onChanged }: { job: Job; onChanged(): void }) {
  const name = subjectOf(job) || job.kind
  useTitle(`${outcomeWords(job)} · ${name}`)
  const attempts = useAttempts(job)
  const descendants = useDescendants(job)
  return (
    <div class="page job">
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/jobs">Queue</a>
            <span aria-hidden="true">/</span>
            <a href={`/jobs?kind=${encodeURIComponent(job.kind)}`}>{job.kind}</a>
            {job.parent_id !== null && (
              <>
                <span aria-hidden="true">/</span>
                <a href={`/jobs/${job.parent_id}`}>parent</a>
              </>
            )}
          </p>
          <h1>{name}</h1>
        </div>
        <JobActions job={job} onChanged={onChanged} />
      </header>
      <Summary job={job} />
      {job.error && <Failure message={`${job.error.message} (${job.error.code})`} />}
      {job.cancel && <Notice text={`Cancelled by ${job.cancel.by.name}: ${job.cancel.reason}`} />}
      <div class={isCheckResult(job.result) ? 'panels' : 'panels is-single'}>
        {isCheckResult(job.result) && <Waterfall result={job.result} />}
        <Timeline job={job} attempts={attempts.value} />
      </div>
      <Attempts job={job} attempts={attempts.value} />
      <Children job={job} descendants={descendants} renderDetails={renderDetails} />
      <Logs job={job} hasChildren={descendants !== null} />
      <div class="panels">
        <Details title="Input" value={job.input} />
        <Details title="Result" value={job.result} />
      </div>
    </div>
  )
}

/** The log of the job, or of the job and all its descendants. */
function Logs({ job, hasChildren }: { job: Job; hasChildren: boolean }) {
  const isMerged = useSignal(false)
  return (
    <>
      {hasChildren && (
        <fieldset class="chips" aria-label="Log scope">
          <button type="button" aria-pressed={!isMerged.value} onClick={() => (isMerged.value = false)}>
            this job
          </button>
          <button type="button" aria-pressed={isMerged.value} onClick={() => (isMerged.value = true)}>
            with child jobs
          </button>
        </fieldset>
      )}
      {isMerged.value ? <MergedLog job={job} /> : <JobLog job={job} isPermalinked />}
    </>
  )
}

function Summary({ job }: { job: Job }) {
  const took = runDurationMs(job, now.value)
  const waited = waitedMs(job, now.value)
  const share = hasEnded(job.status) ? null : progressOf(job.progress)
  return (
    <dl class="summary">
      {job.outcome && <Fact name="Outcome" value={<Outcome of={job} />} />}
      <Fact name="Status" value={<Status status={job.status} />} />
      {share !== null && <Fact name="Progress" value={<Progress share={share} label="Job progress" />} />}
      <Fact name="Created" value={formatAgo(job.created_at, now.value)} title={job.created_at} />
      {waited !== null && waited >= 0 && <Fact name="Waited" value={formatDuration(waited)} />}
      {took !== null && <Fact name="Ran" value={formatDuration(took)} title={job.started_at ?? ''} />}
      <Fact name="Attempt" value={`${job.attempt} of ${job.max_attempts}`} />
      <Fact name="Queue" value={<a href={`/jobs?queue=${job.queue}`}>{job.queue}</a>} />
      {job.kind === 'query' && <Fact name="Results" value={<a href={`/queries/${job.id}`}>View results</a>} />}
      {job.created_by && <Fact name="Created by" value={job.created_by.name} />}
      {job.worker && <Fact name="Worker" value={job.worker} />}
      <Fact name="ID" value={<code>{job.id}</code>} />
    </dl>
  )
}

function Fact({ name, value, title }: { name: string; value: ComponentChildren; title?: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

const Notice = ({ text }: { text: string }) => <p class="notice">{text}</p>

/** Longer JSON is collapsed at first. */
const OPEN_CHARS_MAX = 1_000

function Details({ title, value }: { title: string; value: unknown }) {
  if (value === null || value === undefined) return null
  const text = JSON.stringify(value, null, 2)
  return (
    <details class="json" open={text.length < OPEN_CHARS_MAX}>
      <summary>{title}</summary>
      <button type="button" onClick={() => void navigator.clipboard?.writeText(text)}>
        Copy
      </button>
      <pre>{text}</pre>
    </details>
  )
}

import type { ComponentChildren } from 'preact'
import type { Job } from '../../src/contract/jobs'
import { subjectOf } from '../../text/subject'
import { formatDuration, formatUtc } from '../../text/times'
import { now } from '../clock'
import { Outcome } from '../components/outcome'
import { Progress, Status } from '../components/status'
import { TabLinks } from '../components/tab-links'
import { Ago } from '../components/time'
import { search } from '../router'
import { JobActions } from './actions'
import { hasEnded, progressOf, runDurationMs, waitedMs } from './job'
import { searchOfTab, type Tab, type TabName } from './job-tabs'

interface JobHeadProps {
  job: Job
  tabs: Tab[]
  tab: TabName
  onChanged(): void
}

/** The head of a job page, which stays in view: what the job is, how it is doing, what can be done, and the tabs. */
export function JobHead({ job, tabs, tab, onChanged }: JobHeadProps) {
  return (
    <header class="job-head">
      <Crumbs job={job} />
      <div class="page-head">
        <h1>{subjectOf(job) || job.kind}</h1>
        <JobActions job={job} onChanged={onChanged} />
      </div>
      <Summary job={job} />
      <TabLinks tabs={tabs} current={tab} hrefOf={name => `/jobs/${job.id}${searchOfTab(name, search.value)}`} />
    </header>
  )
}

/** Takes the space of the head until the job has been read. */
export const JobHeadSkeleton = () => (
  <div class="job-head" aria-hidden="true">
    <p class="crumbs">
      <span class="skeleton" />
    </p>
    <div class="page-head">
      <span class="skeleton" />
    </div>
    <div class="summary">
      <span class="skeleton" />
    </div>
    <div class="summary" />
    <div class="views">
      <span class="skeleton" />
    </div>
  </div>
)

const Crumbs = ({ job }: { job: Job }) => (
  <p class="crumbs">
    <a href="/jobs">Jobs</a>
    <span aria-hidden="true">/</span>
    <a href={`/jobs?kind=${encodeURIComponent(job.kind)}`}>{job.kind}</a>
    {job.parent_id !== null && (
      <>
        <span aria-hidden="true">/</span>
        <a href={`/jobs/${job.parent_id}?tab=children`}>parent</a>
      </>
    )}
  </p>
)

/** What is longer once the job has ended has a line of its own, so that nothing else moves. */
function Summary({ job }: { job: Job }) {
  const took = runDurationMs(job, now.value)
  const waited = waitedMs(job, now.value)
  const share = hasEnded(job.status) ? null : progressOf(job.progress)
  return (
    <>
      <dl class="summary">
        {job.outcome && <Fact name="Outcome" value={<Outcome of={job} />} isNamed={false} />}
        <Fact name="Status" value={<Status status={job.status} />} isNamed={false} />
        {share !== null && (
          <Fact name="Progress" value={<Progress share={share} label="Job progress" />} isNamed={false} />
        )}
      </dl>
      <dl class="summary">
        {took !== null && (
          <Fact
            name="Ran"
            value={formatDuration(took)}
            title={job.started_at ? `started ${formatUtc(job.started_at)}` : ''}
          />
        )}
        {waited !== null && waited >= 0 && <Fact name="Waited" value={formatDuration(waited)} />}
        {job.max_attempts > 1 && <Fact name="Attempt" value={`${job.attempt} of ${job.max_attempts}`} />}
        <Fact name="Queue" value={<a href={`/jobs?queue=${job.queue}`}>{job.queue}</a>} />
        {job.kind === 'query' && <Fact name="Results" value={<a href={`/queries/${job.id}`}>View results</a>} />}
        {job.kind === 'crawl' && <Fact name="Results" value={<a href={`/crawls/${job.id}`}>View crawl</a>} />}
        <Fact
          name="Created"
          value={
            <>
              <Ago time={job.created_at} />
              {job.created_by && ` by ${job.created_by.name}`}
            </>
          }
        />
      </dl>
    </>
  )
}

interface FactProps {
  name: string
  value: ComponentChildren
  title?: string
  /** Whether the name is visible; screen readers always get it. */
  isNamed?: boolean
}

const Fact = ({ name, value, title, isNamed = true }: FactProps) => (
  <div title={title}>
    <dt class={isNamed ? undefined : 'hidden'}>{name}</dt>
    <dd>{value}</dd>
  </div>
)

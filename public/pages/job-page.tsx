import type { Job } from '../../src/contract/jobs'
import { subjectOf } from '../../text/subject'
import { Empty, Failure } from '../components/empty'
import { outcomeWords } from '../components/outcome'
import { Attempts, useAttempts } from '../jobs/attempts'
import { Children, useDescendants } from '../jobs/children'
import { JobData } from '../jobs/job-data'
import { JobHead, JobHeadSkeleton } from '../jobs/job-head'
import { shownTab, tabsOf } from '../jobs/job-tabs'
import { LogTab } from '../jobs/log-tab'
import { Timeline } from '../jobs/timeline'
import { useJob } from '../jobs/use-job'
import { search } from '../router'
import { useTitle } from '../use-title'

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export default function JobPage({ id }: { id: string }) {
  return ID.test(id) ? <RequestedJob id={id} /> : <NoSuchJob />
}

function NoSuchJob() {
  useTitle('No such job')
  return (
    <div class="page">
      <Empty title="No such job">
        <p>It may have been removed from the history, or its address is incomplete.</p>
        <a href="/jobs">All jobs</a>
      </Empty>
    </div>
  )
}

function RequestedJob({ id }: { id: string }) {
  const { job, problem, isMissing, read } = useJob(id)
  if (job.value) return <JobView job={job.value} onChanged={() => void read()} />
  if (isMissing.value) return <NoSuchJob />
  return (
    <div class="page job is-log" aria-busy={problem.value === ''}>
      <JobHeadSkeleton />
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      <div class="log" />
    </div>
  )
}

function JobView({ job, onChanged }: { job: Job; onChanged(): void }) {
  useTitle(`${outcomeWords(job)} · ${subjectOf(job) || job.kind}`)
  const attempts = useAttempts(job)
  const descendants = useDescendants(job)
  const tabs = tabsOf(job, descendants)
  const tab = shownTab(tabs, search.value)
  return (
    <div class={`page job is-${tab}`}>
      <JobHead job={job} tabs={tabs} tab={tab} onChanged={onChanged} />
      {/* Not above the log, which it would push down: the head has the message, too. */}
      {job.error && tab !== 'log' && <Failure message={`${job.error.message} (${job.error.code})`} />}
      {job.cancel && (
        <p class="notice">
          Cancelled by {job.cancel.by.name}: {job.cancel.reason}
        </p>
      )}
      {tab === 'log' && <LogTab job={job} hasChildren={descendants !== null} />}
      {tab === 'timeline' && <Timeline job={job} attempts={attempts.value} />}
      {tab === 'children' && <Children job={job} descendants={descendants} />}
      {tab === 'attempts' && <Attempts job={job} attempts={attempts.value} />}
      {tab === 'data' && <JobData job={job} />}
    </div>
  )
}

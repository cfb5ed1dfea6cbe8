import type { Crawl } from '../../src/contract/crawls'
import { Failure } from '../components/empty'
import { JobLog } from '../jobs/job-log'
import { useJob } from '../jobs/use-job'

/** The log of a crawl: a line for each page that is fetched. */
export function LogTab({ crawl: { job_id } }: { crawl: Crawl }) {
  const { job, problem, read } = useJob(job_id)
  if (job.value) return <JobLog job={job.value} isPermalinked />
  return (
    <div class="log" aria-busy={problem.value === ''}>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
    </div>
  )
}

import { useSignal } from '@preact/signals'
import type { Job } from '../../src/contract/jobs'
import { Children, useDescendants } from './children'
import { JobLog } from './job-log'
import { Steps } from './steps'
import { useJob } from './use-job'

/** The steps, child jobs and live log of a job: the details of an expanded row. */
export function JobDetails({ job: listed }: { job: Job }) {
  const { job } = useJob(listed.id)
  const shown = job.value ?? listed
  const step = useSignal('')
  const descendants = useDescendants(shown)
  return (
    <div class="job-details">
      <Steps steps={shown.steps} picked={step.value} onPick={name => (step.value = name)} />
      <Children job={shown} descendants={descendants} />
      <JobLog job={shown} step={step.value} />
    </div>
  )
}

export const renderDetails = (job: Job) => <JobDetails job={job} />

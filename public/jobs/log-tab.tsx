import type { Job } from '../../src/contract/jobs'
import { search, setFilters } from '../router'
import { CheckStrip } from './check-strip'
import { JobLog } from './job-log'
import { MergedLog } from './merged-log'

/** The log of a job, or of the job and all its descendants; above it the outcome of a health check. */
export function LogTab({ job, hasChildren }: { job: Job; hasChildren: boolean }) {
  const isMerged = new URLSearchParams(search.value).get('scope') === 'tree'
  const scope = (hasChildren || isMerged) && <Scope isMerged={isMerged} />
  return (
    <>
      {job.kind === 'health-check' && <CheckStrip job={job} />}
      {isMerged ? <MergedLog job={job} scope={scope} /> : <JobLog job={job} scope={scope} isPermalinked />}
    </>
  )
}

const Scope = ({ isMerged }: { isMerged: boolean }) => (
  <button
    type="button"
    class={isMerged ? 'toggle is-on' : 'toggle'}
    aria-pressed={isMerged}
    onClick={() => setFilters({ scope: isMerged ? '' : 'tree' })}
  >
    With child jobs
  </button>
)

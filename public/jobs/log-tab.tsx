import type { Job } from '../../src/contract/jobs'
import { search, setFilters } from '../router'
import { CheckStrip } from './check-strip'
import { JobLog } from './job-log'
import { MergedLog } from './merged-log'

/** The log of a job, or of the job and all its descendants; above it the outcome of a health check. */
export function LogTab({ job, hasChildren }: { job: Job; hasChildren: boolean }) {
  const isMerged = new URLSearchParams(search.value).get('scope') === 'tree'
  return (
    <>
      {job.kind === 'health-check' && <CheckStrip job={job} />}
      {(hasChildren || isMerged) && (
        <fieldset class="chips" aria-label="Log scope">
          <button type="button" aria-pressed={!isMerged} onClick={() => setFilters({ scope: '' })}>
            this job
          </button>
          <button type="button" aria-pressed={isMerged} onClick={() => setFilters({ scope: 'tree' })}>
            with child jobs
          </button>
        </fieldset>
      )}
      {isMerged ? <MergedLog job={job} /> : <JobLog job={job} isPermalinked />}
    </>
  )
}

import type { Job } from '../../src/contract/jobs'
import { CopyBlock } from '../components/copy-block'
import { isCheckResult, Waterfall } from './waterfall'

/** What a job was given and what it returned, as JSON, and the details of its run. */
export function JobData({ job }: { job: Job }) {
  const { input, result } = job
  return (
    <>
      {isCheckResult(result) && <Waterfall result={result} />}
      <div class="panels">
        <Json name="Input" value={input} />
        <Json name="Result" value={result} />
      </div>
      <dl class="summary">
        <div>
          <dt>Priority</dt>
          <dd>{job.priority}</dd>
        </div>
        {job.worker && (
          <div>
            <dt>Worker</dt>
            <dd>{job.worker}</dd>
          </div>
        )}
        {job.reason && (
          <div>
            <dt>Reason</dt>
            <dd>{job.reason}</dd>
          </div>
        )}
        <div>
          <dt>ID</dt>
          <dd>
            <code>{job.id}</code>
          </dd>
        </div>
      </dl>
    </>
  )
}

const Json = ({ name, value }: { name: string; value: unknown }) => (
  <section class="panel" aria-label={name}>
    {value === null || value === undefined ? (
      <>
        <h2>{name}</h2>
        <p class="hint">None</p>
      </>
    ) : (
      <CopyBlock name={name} text={JSON.stringify(value, null, 2)} />
    )}
  </section>
)

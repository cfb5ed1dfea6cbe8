import { formatCount } from '../../text/numbers'
import { Outcome } from '../components/outcome'
import { Progress } from '../components/status'
import { JobActions } from './actions'
import { hasEnded, progressOf } from './job'
import { useJob } from './use-job'

/** The progress of a bulk action, which is a job itself. */
export function BulkProgress({ id, onClose }: { id: string; onClose(): void }) {
  const { job, read } = useJob(id)
  if (!job.value) return null
  const { status, progress } = job.value
  const { done = 0, failed = 0 } = (progress ?? {}) as { done?: number; failed?: number }
  const isOver = hasEnded(status)
  return (
    <div class="row bulk-progress">
      <Outcome of={job.value} />
      {!isOver && <Progress share={progressOf(progress) ?? 0} label="Bulk action progress" />}
      {!isOver && (
        <span>
          {formatCount(done)} done{failed > 0 && `, ${formatCount(failed)} failed`}
        </span>
      )}
      <a href={`/jobs/${id}`}>View log</a>
      {isOver ? (
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      ) : (
        <JobActions job={job.value} onChanged={() => void read()} />
      )}
    </div>
  )
}

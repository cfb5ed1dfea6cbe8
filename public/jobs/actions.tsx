import { useSignal } from '@preact/signals'
import { api, messageOf } from '../api'
import { Failure } from '../components/empty'
import { ReasonForm } from '../components/reason-form'
import { hasEnded, type Job } from './job'

/** Cancel (with a reason, which everybody sees) and retry. */
export function JobActions({ job, onChanged }: { job: Job; onChanged(): void }) {
  const isAsking = useSignal(false)
  const problem = useSignal('')
  const act = async (action: 'cancel' | 'retry', body: unknown) => {
    problem.value = ''
    try {
      await api.post(`/api/jobs/${encodeURIComponent(job.id)}/${action}`, body)
      isAsking.value = false
      onChanged()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <div class="job-actions">
      {!hasEnded(job.status) && !job.cancel && !isAsking.value && (
        <button type="button" onClick={() => (isAsking.value = true)}>
          Cancel
        </button>
      )}
      {(job.status === 'failed' || job.status === 'cancelled') && (
        <button type="button" onClick={() => void act('retry', {})}>
          Run again
        </button>
      )}
      {isAsking.value && (
        <ReasonForm
          label="Cancel the job"
          onReason={reason => act('cancel', { reason })}
          onLeave={() => (isAsking.value = false)}
        />
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}

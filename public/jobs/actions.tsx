import { useSignal } from '@preact/signals'
import { api, messageOf } from '../api'
import { Failure } from '../components/empty'
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
        <form
          class="row"
          onSubmit={event => {
            event.preventDefault()
            void act('cancel', { reason: String(new FormData(event.currentTarget).get('reason')) })
          }}
        >
          <input name="reason" placeholder="Why?" aria-label="Reason" required maxLength={500} autofocus />
          <button type="submit" class="danger">
            Cancel the job
          </button>
          <button type="button" onClick={() => (isAsking.value = false)}>
            Keep it
          </button>
        </form>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}

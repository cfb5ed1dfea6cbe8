import { useSignal } from '@preact/signals'
import type { Job } from '../../src/contract/jobs'
import { client, messageOf } from '../api'
import { Failure } from '../components/empty'
import { ReasonForm } from '../components/reason-form'
import { reconnect } from '../live'
import { isOperator } from '../session'
import { hasEnded } from './job'

type Action = 'cancel' | 'retry'
const LABELS: Record<Action, { button: string; confirm: string }> = {
  cancel: { button: 'Cancel', confirm: 'Cancel job' },
  retry: { button: 'Retry', confirm: 'Retry job' },
}

/** Cancels or retries a job, with a reason. */
export function JobActions({ job, onChanged }: { job: Job; onChanged(): void }) {
  const confirming = useSignal<Action | null>(null)
  const problem = useSignal('')
  const act = async (action: Action, reason: string) => {
    problem.value = ''
    try {
      await client.post(`/api/jobs/{id}/${action}`, { id: job.id, body: { reason } })
      confirming.value = null
      onChanged()
      // The topic of the job had ended. Other pages learn of the retry by a tenant event; here the reply is faster.
      if (action === 'retry') reconnect()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  if (!isOperator.value) return null
  const possible = actionOf(job)
  const action = confirming.value
  return (
    <div class="job-actions">
      {action === null && possible !== null && (
        <button type="button" onClick={() => (confirming.value = possible)}>
          {LABELS[possible].button}
        </button>
      )}
      {action !== null && (
        <ReasonForm
          label={LABELS[action].confirm}
          onReason={reason => act(action, reason)}
          onDismiss={() => (confirming.value = null)}
        />
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}

function actionOf({ status, cancel }: Job): Action | null {
  if (!hasEnded(status)) return cancel ? null : 'cancel'
  return status === 'completed' ? null : 'retry'
}

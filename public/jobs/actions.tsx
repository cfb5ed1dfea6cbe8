import { useSignal } from '@preact/signals'
import type { Job } from '../../src/contract/jobs'
import { client } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { reconnect } from '../live'
import { isOperator } from '../session'
import { showToast } from '../toasts'
import { hasEnded } from './job'

type Action = 'cancel' | 'retry'
const LABELS: Record<Action, { button: string; confirm: string; effect: string; done: string }> = {
  cancel: {
    button: 'Cancel',
    confirm: 'Cancel job',
    effect: 'The job and its child jobs are stopped. What they have done so far is not undone.',
    done: 'Job is being cancelled',
  },
  retry: {
    button: 'Retry',
    confirm: 'Retry job',
    effect: 'The job runs again with the same input.',
    done: 'Job will run again',
  },
}

/** Cancels or retries a job, with a reason. */
export function JobActions({ job, onChanged }: { job: Job; onChanged(): void }) {
  const confirming = useSignal<Action | null>(null)
  const act = async (action: Action, reason: string) => {
    await client.post(`/api/jobs/{id}/${action}`, { id: job.id, body: { reason } })
    showToast(LABELS[action].done)
    onChanged()
    // The topic of the job had ended. Other pages learn of the retry by a tenant event; here the reply is faster.
    if (action === 'retry') reconnect()
  }
  if (!isOperator.value) return null
  const possible = actionOf(job)
  const action = confirming.value
  return (
    <div class="job-actions">
      {possible !== null && (
        <button type="button" onClick={() => (confirming.value = possible)}>
          {LABELS[possible].button}
        </button>
      )}
      {action !== null && (
        <ActionDialog
          title={LABELS[action].confirm}
          onConfirm={reason => act(action, reason)}
          onClose={() => (confirming.value = null)}
        >
          <p>{LABELS[action].effect}</p>
        </ActionDialog>
      )}
    </div>
  )
}

function actionOf({ status, cancel }: Job): Action | null {
  if (!hasEnded(status)) return cancel ? null : 'cancel'
  return status === 'completed' ? null : 'retry'
}

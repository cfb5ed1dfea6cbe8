import { useSignal } from '@preact/signals'
import type { Job } from '../../src/contract/jobs'
import { client, messageOf } from '../api'
import { Failure } from '../components/empty'
import { ReasonForm } from '../components/reason-form'
import { restart } from '../live'
import { isOperator } from '../session'
import { hasEnded } from './job'

type Action = 'cancel' | 'retry'
const WORDS: Record<Action, { name: string; sure: string }> = {
  cancel: { name: 'Cancel', sure: 'Cancel job' },
  retry: { name: 'Retry', sure: 'Retry job' },
}

/** Cancel and retry, with a reason that everybody sees. */
export function JobActions({ job, onChanged }: { job: Job; onChanged(): void }) {
  const asked = useSignal<Action | null>(null)
  const problem = useSignal('')
  const act = async (action: Action, reason: string) => {
    problem.value = ''
    try {
      await client.post(`/api/jobs/{id}/${action}`, { id: job.id, body: { reason } })
      asked.value = null
      onChanged()
      // Its topic had ended. The feed tells others; here the answer is faster than the feed.
      if (action === 'retry') restart()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  if (!isOperator.value) return null
  const possible = actionOf(job)
  const action = asked.value
  return (
    <div class="job-actions">
      {action === null && possible !== null && (
        <button type="button" onClick={() => (asked.value = possible)}>
          {WORDS[possible].name}
        </button>
      )}
      {action !== null && (
        <ReasonForm
          label={WORDS[action].sure}
          onReason={reason => act(action, reason)}
          onLeave={() => (asked.value = null)}
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

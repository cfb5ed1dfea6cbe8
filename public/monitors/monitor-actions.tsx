import { useSignal } from '@preact/signals'
import type { Monitor } from '../../src/contract/monitors'
import { client, messageOf } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { Failure } from '../components/empty'
import { useKeys } from '../keys'
import { navigate } from '../router'
import { showToast } from '../toasts'
import { silenceAddress } from './addresses'

interface MonitorActionsProps {
  monitor: Monitor
  onChanged(monitor: Monitor): void
  /** A check was started, as a job. */
  onCheck(jobId: string): void
  /** A push monitor has a new address. */
  onAddress(url: string): void
}

type Asked = 'pause' | 'delete' | 'rotate'

const WORDS: Record<Asked, { title: string; effect: string }> = {
  pause: { title: 'Pause', effect: 'It is not checked until somebody resumes it. Its alerts end.' },
  delete: { title: 'Delete', effect: 'It is deleted with its history. Its alerts end.' },
  rotate: {
    title: 'New address for',
    effect: 'The old address stops working at once: whatever reports heartbeats needs the new one.',
  },
}

/** What can be done with a monitor. */
export function MonitorActions({ monitor, onChanged, onCheck, onAddress }: MonitorActionsProps) {
  const { id, name, type, enabled } = monitor
  const asked = useSignal<Asked | null>(null)
  const problem = useSignal('')
  const isPush = type === 'push'
  const reported = async (work: Promise<unknown>) => {
    problem.value = await work.then(() => '', messageOf)
  }
  const check = async () => onCheck((await client.post('/api/monitors/{id}/check', { id })).job.id)
  const resume = async () => {
    onChanged(await client.post('/api/monitors/{id}/resume', { id }))
    showToast(`${name} is checked again`)
  }
  const run = async (action: Asked, reason: string) => {
    if (action === 'delete') {
      await client.delete('/api/monitors/{id}', { id, reason })
      showToast(`Monitor ${name} deleted`)
      navigate('/monitors')
    } else if (action === 'rotate') {
      onAddress((await client.post('/api/monitors/{id}/push-secret', { id, body: { reason } })).push_url)
    } else {
      onChanged(await client.post('/api/monitors/{id}/pause', { id, body: { reason } }))
      showToast(`${name} is paused`)
    }
  }
  const ask = (what: Asked) => () => {
    asked.value ??= what
  }
  const close = () => {
    asked.value = null
  }
  useKeys({
    c: () => {
      if (!isPush) void reported(check())
    },
    e: () => navigate(`/monitors/${id}/edit`),
    s: () => navigate(silenceAddress([id])),
  })
  const action = asked.value
  return (
    <div class="job-actions">
      <button type="button" onClick={ask('delete')}>
        Delete
      </button>
      <a class="button" href={silenceAddress([id])} title="Silence (s)">
        Silence
      </a>
      {isPush && (
        <button type="button" onClick={ask('rotate')}>
          New address
        </button>
      )}
      <button type="button" onClick={enabled ? ask('pause') : () => void reported(resume())}>
        {enabled ? 'Pause' : 'Resume'}
      </button>
      <a class="button" href={`/monitors/${id}/edit`} title="Edit (e)">
        Edit
      </a>
      {!isPush && (
        <button type="button" class="primary" title="Check now (c)" onClick={() => void reported(check())}>
          Check now
        </button>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
      {action !== null && (
        <ActionDialog
          title={`${WORDS[action].title} ${name}`}
          onConfirm={reason => run(action, reason)}
          onClose={close}
        >
          <p>{WORDS[action].effect}</p>
        </ActionDialog>
      )}
    </div>
  )
}

import { useSignal } from '@preact/signals'
import type { Agent } from '../../src/contract/agents'
import { client, messageOf } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { navigate } from '../router'
import { isAdmin } from '../session'
import { showToast } from '../toasts'
import { useFocus } from '../use-focus'

interface AgentActionsProps {
  agent: Agent
  onChanged(agent: Agent): void
}

/** What can be done with an agent. */
export function AgentActions({ agent, onChanged }: AgentActionsProps) {
  const { id, name } = agent
  const asked = useSignal<'rename' | 'remove' | null>(null)
  const close = () => (asked.value = null)
  const remove = async (reason: string) => {
    await client.delete('/api/agents/{id}', { id, reason })
    showToast(`Agent ${name} removed`)
    navigate('/agents')
  }
  return (
    <div class="job-actions">
      {isAdmin.value && (
        <button type="button" onClick={() => (asked.value = 'remove')}>
          Remove
        </button>
      )}
      <button type="button" onClick={() => (asked.value = 'rename')}>
        Rename
      </button>
      <a class="button" href={`/containers/logs?agent=${id}`}>
        Logs
      </a>
      {asked.value === 'remove' && (
        <ActionDialog title={`Remove ${name}`} onConfirm={remove} onClose={close}>
          <p>
            Its connection is closed and its key is not accepted any more. Its containers, their logs and all that was
            measured are deleted here. Nothing is changed on the machine.
          </p>
        </ActionDialog>
      )}
      {asked.value === 'rename' && <RenameDialog agent={agent} onChanged={onChanged} onClose={close} />}
    </div>
  )
}

function RenameDialog({ agent: { id, name }, onChanged, onClose }: AgentActionsProps & { onClose(): void }) {
  const input = useFocus()
  const problem = useSignal('')
  const rename = async (next: string) => {
    try {
      onChanged(await client.patch('/api/agents/{id}', { id, body: { name: next } }))
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <Dialog title={`Rename ${name}`} onClose={onClose} isSmall>
      <form
        class="action-form"
        onSubmit={event => {
          event.preventDefault()
          void rename(String(new FormData(event.currentTarget).get('name')).trim())
        }}
      >
        <label class="field">
          Name
          <input ref={input} name="name" required maxLength={200} defaultValue={name} />
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Rename" onClose={onClose} />
      </form>
    </Dialog>
  )
}

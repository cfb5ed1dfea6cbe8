import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { AgentConnectedEvent } from '../../src/contract/agents'
import { client, messageOf } from '../api'
import { CopyBlock } from '../components/copy-block'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { watch } from '../live'
import { useFocus } from '../use-focus'
import { containerCommand, hostCommand } from './commands'

/** The clock of the server may be behind. */
const CLOCK_SKEW_MS = 5_000

/** Makes a token, shows the one command to paste on a machine, and waits for its agent. */
export function AddAgent({ onClose }: { onClose(): void }) {
  const secret = useSignal('')
  return (
    <Dialog title="Add a machine" onClose={onClose}>
      {secret.value === '' ? (
        <TokenForm onSecret={given => (secret.value = given)} onClose={onClose} />
      ) : (
        <Commands secret={secret.value} />
      )}
    </Dialog>
  )
}

function TokenForm({ onSecret, onClose }: { onSecret(secret: string): void; onClose(): void }) {
  const input = useFocus()
  const problem = useSignal('')
  const create = async (form: FormData) => {
    try {
      const body = { name: String(form.get('name')).trim(), reusable: form.get('reusable') !== null }
      onSecret((await client.post('/api/agent-tokens', { body })).secret)
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <form
      class="action-form"
      onSubmit={event => {
        event.preventDefault()
        void create(new FormData(event.currentTarget))
      }}
    >
      <p>
        An agent runs on the machine, beside Docker or Podman. It opens one connection to Tailrace; nothing connects to
        the machine. It enrolls once with a token and then uses its own key.
      </p>
      <label class="field">
        Name of the token
        <input ref={input} name="name" required maxLength={200} defaultValue="Agent" />
      </label>
      <label class="check">
        <input type="checkbox" name="reusable" /> For several machines, for 30 days. Otherwise for one, within an hour.
      </label>
      {problem.value !== '' && <Failure message={problem.value} />}
      <DialogButtons action="Create the command" onClose={onClose} />
    </form>
  )
}

function Commands({ secret }: { secret: string }) {
  return (
    <div class="add-agent">
      <p>Run one of these on the machine. The token in it is not shown again.</p>
      <CopyBlock name="With the command line (Node 20)" text={hostCommand(location.origin, secret)} />
      <CopyBlock name="As a container" text={containerCommand(location.origin, secret)} />
      <p class="hint">
        With <code>--allow start,stop,restart</code>, containers can be started and stopped from here; without it they
        can only be watched. The machine decides.
      </p>
      <Waiting />
    </div>
  )
}

/** Shows agents that connect while the dialog is open. */
function Waiting() {
  const connected = useSignal<readonly AgentConnectedEvent[]>([])
  useEffect(() => {
    const opened = new Date(Date.now() - CLOCK_SKEW_MS).toISOString()
    return watch('events', {
      onEvent: ({ type, data }) => {
        if (type !== 'agent_connected') return
        const { timestamp, data: agent } = data as { timestamp: string; data: AgentConnectedEvent }
        if (timestamp < opened || connected.peek().some(({ agent_id }) => agent_id === agent.agent_id)) return
        connected.value = [agent, ...connected.peek()]
      },
    })
  }, [])
  return (
    <div class="add-agent-waiting" role="status">
      {connected.value.length === 0 && <p class="hint">Waiting for the agent …</p>}
      {connected.value.map(({ agent_id, agent_name }) => (
        <p key={agent_id}>
          <a href={`/agents/${agent_id}`}>{agent_name}</a> is connected.
        </p>
      ))}
    </div>
  )
}

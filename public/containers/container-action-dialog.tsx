import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { Container, ContainerAction } from '../../src/contract/containers'
import { client, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { useFocus } from '../use-focus'
import { ACTION_TITLES } from './words'

interface ContainerActionDialogProps {
  action: ContainerAction
  container: Container
  onAsked(): void
  onClose(): void
}

const EFFECTS: Record<ContainerAction, string> = {
  start: 'The engine starts it.',
  stop: 'It is asked to end, and killed if it has not by then.',
  restart: 'It is asked to end, killed if it has not by then, and started again.',
}

/** Says what an action does, asks for its reason and, for a protected container, for its name. */
export function ContainerActionDialog({ action, container, onAsked, onClose }: ContainerActionDialogProps) {
  const { id, name, agent_name, own } = container
  const input = useFocus()
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const typed = useSignal('')
  // The same key if it is sent again: the action is not asked for twice.
  const key = useRef(crypto.randomUUID?.() ?? String(Math.random()))
  const isGuarded = container.protected || own
  const title = `${ACTION_TITLES[action]} ${name}`
  const run = async (form: FormData) => {
    if (isBusy.value) return
    isBusy.value = true
    problem.value = ''
    const body = {
      reason: String(form.get('reason')),
      ...(isGuarded && { confirm: typed.value }),
      ...(action !== 'start' && { grace_seconds: Number(form.get('grace')) }),
    }
    try {
      await client.post(`/api/containers/{id}/${action}`, {
        ...{ id, body },
        headers: { 'Idempotency-Key': key.current },
      })
      showToast(`${title}: asked for`)
      onAsked()
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
      isBusy.value = false
    }
  }
  return (
    <Dialog title={title} onClose={onClose} isSmall>
      <p>
        On {agent_name}. {EFFECTS[action]}
      </p>
      {own && action !== 'start' && (
        <p class="notice">
          The agent itself runs in this container: until it is started again, nothing is seen of {agent_name}.
        </p>
      )}
      <form
        class="action-form"
        onSubmit={event => {
          event.preventDefault()
          void run(new FormData(event.currentTarget))
        }}
      >
        <label class="field">
          Reason
          <input ref={input} name="reason" required maxLength={500} placeholder="For the audit log" />
        </label>
        {action !== 'start' && (
          <label class="field">
            Seconds to end
            <input name="grace" type="number" min={0} max={300} defaultValue="10" required />
          </label>
        )}
        {isGuarded && (
          <label class="field">
            <span>
              It is protected. Type its name, <code>{name}</code>
            </span>
            <input
              name="confirm"
              required
              autocomplete="off"
              spellcheck={false}
              value={typed.value}
              onInput={event => (typed.value = event.currentTarget.value)}
            />
          </label>
        )}
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons
          action={title}
          isDanger={action !== 'start'}
          isDisabled={isBusy.value || (isGuarded && typed.value !== name)}
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}

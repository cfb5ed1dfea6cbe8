import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { messageOf } from '../api'
import { useFocus } from '../use-focus'
import { Dialog } from './dialog'
import { Failure } from './empty'

interface ActionDialogProps {
  /** Also on the button that confirms. */
  title: string
  /** What will happen. */
  children: ComponentChildren
  /** The dialog stays open and shows the error if it fails. */
  onConfirm(reason: string): Promise<unknown>
  onClose(): void
}

/** Says what an action will do, and asks for its reason, which the audit log keeps. */
export function ActionDialog({ title, children, onConfirm, onClose }: ActionDialogProps) {
  const input = useFocus()
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const run = async (reason: string) => {
    if (isBusy.value) return
    isBusy.value = true
    problem.value = ''
    try {
      await onConfirm(reason)
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
      isBusy.value = false
    }
  }
  return (
    <Dialog title={title} onClose={onClose} isSmall>
      <div class="in-text">{children}</div>
      <form
        class="action-form"
        onSubmit={event => {
          event.preventDefault()
          void run(String(new FormData(event.currentTarget).get('reason')))
        }}
      >
        <label class="field">
          Reason
          <input ref={input} name="reason" required maxLength={500} placeholder="For the audit log" />
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <div class="row action-buttons">
          <button type="button" onClick={onClose}>
            Dismiss
          </button>
          <button type="submit" class="danger" disabled={isBusy.value}>
            {title}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

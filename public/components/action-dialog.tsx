import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { messageOf } from '../api'
import { useFocus } from '../use-focus'
import { useMedia } from '../use-media'
import { Dialog } from './dialog'
import { DialogButtons } from './dialog-buttons'
import { Failure } from './empty'

interface ActionDialogProps {
  /** Also on the button that confirms. */
  title: string
  /** What will happen. */
  children: ComponentChildren
  /** Required where something is taken away or stopped; optional where that would only be in the way. */
  reason?: 'required' | 'optional'
  /** The dialog stays open and shows the error if it fails. */
  onConfirm(reason: string): Promise<unknown>
  onClose(): void
}

/** Says what an action will do, and asks for its reason, which the audit log keeps. */
export function ActionDialog({ title, children, reason = 'required', onConfirm, onClose }: ActionDialogProps) {
  const input = useFocus()
  const isOptional = reason === 'optional'
  // The keyboard of a phone would cover the button.
  const isFocused = !(useMedia('(pointer: coarse)') && isOptional)
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const run = async (given: string) => {
    if (isBusy.value) return
    isBusy.value = true
    problem.value = ''
    try {
      await onConfirm(given)
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
          {isOptional ? 'Reason (optional)' : 'Reason'}
          <input
            ref={isFocused ? input : undefined}
            name="reason"
            required={!isOptional}
            maxLength={500}
            placeholder={isOptional ? 'For others' : 'For the audit log'}
          />
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action={title} isDanger={!isOptional} isDisabled={isBusy.value} onClose={onClose} />
      </form>
    </Dialog>
  )
}

import { useSignal } from '@preact/signals'
import { showToast } from '../toasts'
import { ActionDialog } from './action-dialog'

interface ConfirmButtonProps {
  label: string
  /** Of the dialog and its button, such as "Delete web-1". */
  confirmLabel: string
  /** What will happen. */
  effect: string
  /** What has happened then. */
  done: string
  onConfirm(reason: string): Promise<unknown>
}

/** A button that says what will happen and asks for a reason before it acts. */
export function ConfirmButton({ label, confirmLabel, effect, done, onConfirm }: ConfirmButtonProps) {
  const isAsking = useSignal(false)
  return (
    <>
      <button type="button" onClick={() => (isAsking.value = true)}>
        {label}
      </button>
      {isAsking.value && (
        <ActionDialog
          title={confirmLabel}
          onConfirm={async reason => {
            await onConfirm(reason)
            showToast(done)
          }}
          onClose={() => (isAsking.value = false)}
        >
          <p>{effect}</p>
        </ActionDialog>
      )}
    </>
  )
}

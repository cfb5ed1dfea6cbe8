import { useSignal } from '@preact/signals'
import { messageOf } from '../api'
import { Failure } from './empty'
import { ReasonForm } from './reason-form'

interface ConfirmButtonProps {
  label: string
  /** On the button that confirms, such as "Delete web-1". */
  confirmLabel: string
  onConfirm(reason: string): Promise<unknown>
}

/** A button that asks for a reason before it acts, and shows the error if the action fails. */
export function ConfirmButton({ label, confirmLabel, onConfirm }: ConfirmButtonProps) {
  const isAsking = useSignal(false)
  const problem = useSignal('')
  const run = async (reason: string) => {
    try {
      await onConfirm(reason)
      isAsking.value = false
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <>
      {isAsking.value ? (
        <ReasonForm label={confirmLabel} onReason={run} onDismiss={() => (isAsking.value = false)} />
      ) : (
        <button type="button" onClick={() => (isAsking.value = true)}>
          {label}
        </button>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </>
  )
}

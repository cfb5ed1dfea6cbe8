import { useSignal } from '@preact/signals'
import { messageOf } from '../api'
import { Failure } from './empty'
import { ReasonForm } from './reason-form'

interface ConfirmButtonProps {
  name: string
  /** What is done, on the button that does it. */
  sure: string
  act(reason: string): Promise<unknown>
}

/** A button that asks why before it acts, and tells when that was refused. */
export function ConfirmButton({ name, sure, act }: ConfirmButtonProps) {
  const isAsking = useSignal(false)
  const problem = useSignal('')
  const run = async (reason: string) => {
    try {
      await act(reason)
      isAsking.value = false
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <>
      {isAsking.value ? (
        <ReasonForm label={sure} onReason={run} onLeave={() => (isAsking.value = false)} />
      ) : (
        <button type="button" onClick={() => (isAsking.value = true)}>
          {name}
        </button>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </>
  )
}

import { useFocus } from '../use-focus'

interface ReasonFormProps {
  /** What is done, on the button. */
  label: string
  onReason(reason: string): Promise<void>
  onLeave(): void
}

/** Asks why before something is done that others will wonder about. */
export function ReasonForm({ label, onReason, onLeave }: ReasonFormProps) {
  const input = useFocus()
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        void onReason(String(new FormData(event.currentTarget).get('reason')))
      }}
    >
      <input
        ref={input}
        name="reason"
        placeholder="Reason"
        aria-label="Reason"
        required
        maxLength={500}
        onKeyDown={event => {
          if (event.key === 'Escape') onLeave()
        }}
      />
      <button type="submit" class="danger">
        {label}
      </button>
      <button type="button" onClick={onLeave}>
        Dismiss
      </button>
    </form>
  )
}

import { useFocus } from '../use-focus'

interface ReasonFormProps {
  /** On the button that confirms. */
  label: string
  onReason(reason: string): Promise<void>
  onDismiss(): void
}

/** Asks for the reason of an action; the audit log keeps it. */
export function ReasonForm({ label, onReason, onDismiss }: ReasonFormProps) {
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
          if (event.key === 'Escape') onDismiss()
        }}
      />
      <button type="submit" class="danger">
        {label}
      </button>
      <button type="button" onClick={onDismiss}>
        Dismiss
      </button>
    </form>
  )
}

import type { ComponentChildren } from 'preact'

/** Shown when there is nothing: says why, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

interface FailureProps {
  message: string
  /** Label of the button. */
  action?: string
  onRetry?(): void
}

/** An error message, with a button to try again. */
export function Failure({ message, action = 'Try again', onRetry }: FailureProps) {
  return (
    <div class="failure" role="alert">
      <span>{message}</span>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {action}
        </button>
      )}
    </div>
  )
}

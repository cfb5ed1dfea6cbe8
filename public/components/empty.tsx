import type { ComponentChildren } from 'preact'

/** Nothing to show: says why, and what to do next. */
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
  /** What the button says. */
  action?: string
  onRetry?(): void
}

/** Something went wrong: the server's message, and a way to try again. */
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

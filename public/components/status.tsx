import { formatPercent } from '../../text/numbers'

/** A status as a dot and a word: colour is never the only sign. */
export function Status({ status }: { status: string }) {
  return (
    <span class={`status is-${status}`}>
      <span class="dot" aria-hidden="true" />
      {status}
    </span>
  )
}

/** How much is done, 0 to 1. */
export function Progress({ share, label }: { share: number; label: string }) {
  const percent = Math.round(share * 100)
  return (
    <span
      class="progress"
      role="progressbar"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={label}
    >
      <span class="progress-done" style={{ width: `${percent}%` }} />
      <span class="progress-text">{formatPercent(share)}</span>
    </span>
  )
}

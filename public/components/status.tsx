import { formatPercent } from '../../text/numbers'

/** A status as a colored dot and text: color alone is not accessible. */
export function Status({ status }: { status: string }) {
  return (
    <span class={`status is-${status}`}>
      <span class="dot" aria-hidden="true" />
      {status}
    </span>
  )
}

/** A progress bar. @param share from 0 to 1 */
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

import { now } from '../clock'
import { liveState } from '../live'

const LABELS: Record<string, string> = {
  connecting: 'Connecting',
  live: 'Live',
  ended: 'Finished',
  closed: 'Idle',
  failed: 'Stopped',
}

/** The state of the page's stream; while it is interrupted, the reason and the time until the next attempt. */
export function LiveBadge() {
  const { state, detail, error, since } = liveState.value
  const left = Math.max(0, Math.ceil(((detail.retryInMs ?? 0) - (now.value - since)) / 1_000))
  const label = state === 'waiting' ? `Reconnecting${left > 0 ? ` in ${left} s` : ''}` : LABELS[state]
  const by = state === 'live' && detail.transport !== 'sse' ? ` (${detail.transport})` : ''
  return (
    <span class={`live is-${state}`} role="status" title={error?.message ?? detail.reason ?? ''}>
      <span class="dot" aria-hidden="true" />
      <span class="live-label">
        {label}
        {by}
      </span>
    </span>
  )
}

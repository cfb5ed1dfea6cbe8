import { now } from '../clock'
import { liveState } from '../live'

const WORDS: Record<string, string> = {
  connecting: 'Connecting',
  live: 'Live',
  ended: 'Finished',
  closed: 'Idle',
  failed: 'Stopped',
}

/** How the page's stream is doing; when it is broken, why and until when. */
export function LiveBadge() {
  const { state, detail, error, since } = liveState.value
  const left = Math.max(0, Math.ceil(((detail.retryInMs ?? 0) - (now.value - since)) / 1_000))
  const words = state === 'waiting' ? `Reconnecting${left > 0 ? ` in ${left} s` : ''}` : WORDS[state]
  const by = state === 'live' && detail.transport !== 'sse' ? ` (${detail.transport})` : ''
  return (
    <span class={`live is-${state}`} role="status" title={error?.message ?? detail.reason ?? ''}>
      <span class="dot" aria-hidden="true" />
      <span class="live-words">
        {words}
        {by}
      </span>
    </span>
  )
}

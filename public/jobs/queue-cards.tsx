import { searchOf } from '../routes'
import { spanOf } from './times'
import type { Queue } from './use-queues'

const SHOWN = ['waiting', 'active', 'delayed', 'failed'] as const

/** One card per queue; a click shows its jobs alone. */
export function QueueCards({ queues, chosen }: { queues: Queue[]; chosen: string }) {
  return (
    <ul class="queues" aria-label="Queues">
      {queues.map(queue => (
        <li key={queue.name}>
          <a
            class={`queue-card${queue.paused ? ' is-paused' : ''}`}
            href={`/queue${searchOf({ queue: chosen === queue.name ? '' : queue.name })}`}
            aria-current={chosen === queue.name ? 'true' : undefined}
          >
            <span class="queue-name">
              {queue.name}
              {queue.paused && (
                <em title={queue.paused_by ? `${queue.paused_by.by.name}: ${queue.paused_by.reason}` : ''}>paused</em>
              )}
            </span>
            <span class="queue-counts">
              <Counts queue={queue} />
            </span>
            <Oldest queue={queue} />
          </a>
        </li>
      ))}
    </ul>
  )
}

function Counts({ queue: { counts } }: { queue: Queue }) {
  if (!counts) return <span class="count">unknown: Redis is away</span>
  const busy = SHOWN.filter(state => counts[state] > 0)
  if (busy.length === 0) return <span class="count">idle</span>
  return busy.map(state => (
    <span key={state} class={`count is-${state}`}>
      <b>{counts[state].toLocaleString('en')}</b> {state}
    </span>
  ))
}

function Oldest({ queue }: { queue: Queue }) {
  const ms = (queue.oldest_waiting_seconds ?? 0) * 1_000
  return ms >= 1_000 ? <span class="queue-oldest">oldest waits {spanOf(ms)}</span> : null
}

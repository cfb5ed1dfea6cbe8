import { searchOf } from '../routes'
import { spanOf } from './times'
import type { Queue } from './use-queues'

const SHOWN = [
  { label: 'waiting', states: ['waiting', 'pending', 'prioritized', 'wait'] },
  { label: 'active', states: ['active', 'running'] },
  { label: 'delayed', states: ['delayed', 'scheduled'] },
  { label: 'failed', states: ['failed'] },
] as const

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
              {queue.paused && <em title={queue.paused.reason}>paused</em>}
            </span>
            <span class="queue-counts">
              {SHOWN.map(({ label, states }) => {
                const count = states.reduce((sum, state) => sum + (queue.counts?.[state] ?? 0), 0)
                return (
                  <span key={label} class={count > 0 ? `count is-${label}` : 'count'}>
                    <b>{count.toLocaleString('en')}</b> {label}
                  </span>
                )
              })}
            </span>
            <Oldest queue={queue} />
          </a>
        </li>
      ))}
    </ul>
  )
}

function Oldest({ queue }: { queue: Queue }) {
  const ms = queue.oldest_waiting_ms ?? (queue.oldest_waiting_seconds ?? 0) * 1_000
  return ms >= 1_000 ? <span class="queue-oldest">oldest waits {spanOf(ms)}</span> : null
}

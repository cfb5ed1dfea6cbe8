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
              {SHOWN.map(state => {
                const count = queue.counts?.[state] ?? 0
                return (
                  <span key={state} class={count > 0 ? `count is-${state}` : 'count'}>
                    <b>{queue.counts ? count.toLocaleString('en') : '–'}</b> {state}
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
  const ms = (queue.oldest_waiting_seconds ?? 0) * 1_000
  const p95 = queue.run_ms?.p95 ?? null
  if (ms >= 1_000) return <span class="queue-oldest">oldest waits {spanOf(ms)}</span>
  return p95 === null ? null : <span class="queue-run">95 % run within {spanOf(p95)}</span>
}

import type { QueueName } from '../../src/contract/jobs'
import { formatDuration } from '../../text/times'
import { Failure } from '../components/empty'
import { useFetch } from '../use-fetch'

const POLL_MS = 10_000

/** The worker processes, or those of one queue. */
export function Workers({ queue }: { queue?: QueueName }) {
  const { value, problem } = useFetch('/api/workers', {}, { pollMs: POLL_MS })
  if (problem.value !== '') return <Failure message={problem.value} />
  if (!value.value) return null
  const { items } = value.value
  if (items === null) return <Failure message="Workers are unknown because Redis is unavailable." />
  const workers = items.filter(worker => queue === undefined || worker.queues.includes(queue))
  if (workers.length === 0)
    return <Failure message="No worker processes this queue. Start one with TAILRACE_ROLE=worker." />
  return (
    <section class="panel" aria-label="Workers">
      <h2>Workers</h2>
      <ul class="lines">
        {workers.map(worker => (
          <li key={worker.name}>
            <code>{worker.name}</code>
            <span class="spacer" />
            <span>{worker.running === 0 ? 'idle' : `${worker.running} running`}</span>
            <span class="hint">connected {formatDuration(worker.connected_seconds * 1_000)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

import type { Queue, QueueCounts } from '../../src/contract/queues'
import { QUEUE_COUNTS } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Sparkline } from '../components/sparkline'
import { searchOf } from './filters'
import { type Histories, sumOf } from './queue-history'
import { isOverdue } from './schedules'

type Count = keyof QueueCounts
const COUNTS = ['scheduled', 'pending', 'running', 'failed', 'bad'] as const
const WORDS: Partial<Record<Count, string>> = { failed: 'failed in 24 h', bad: 'bad in 24 h' }

interface QueueCardsProps {
  queues: Queue[]
  /** The queue by which jobs are filtered; `''` for none. */
  chosen: string
  history: Histories | null
}

/** A card per queue. A click filters the jobs by that queue. */
export function QueueCards({ queues, chosen, history }: QueueCardsProps) {
  return (
    <ul class="queues" aria-label="Queues">
      {queues.map(queue => (
        <li key={queue.name}>
          <section class={`queue-card${queue.paused ? ' is-paused' : ''}${chosen === queue.name ? ' is-chosen' : ''}`}>
            <span class="queue-name">
              <a
                href={chosen === queue.name ? '/queues' : `/queues?name=${queue.name}`}
                aria-current={chosen === queue.name ? 'true' : undefined}
              >
                {queue.name}
              </a>
              {queue.paused && (
                <em title={queue.paused_by ? `${queue.paused_by.by.name}: ${queue.paused_by.reason}` : ''}>paused</em>
              )}
            </span>
            <span class="queue-counts">
              <Counts queue={queue} />
            </span>
            <Oldest queue={queue} />
            {queue.schedules?.some(isOverdue) && <span class="queue-oldest">schedule overdue</span>}
            <LastHour name={queue.name} history={history} />
            <Times queue={queue} />
          </section>
        </li>
      ))}
    </ul>
  )
}

/** Each count leads to the jobs that it counts. */
function Counts({ queue: { name, counts } }: { queue: Queue }) {
  const busy = COUNTS.filter(count => counts[count] > 0)
  if (busy.length === 0) return <span class="count">idle</span>
  return busy.map(count => (
    <a key={count} class="count" href={`/jobs${searchOf({ queue: name, children: '1', ...QUEUE_COUNTS[count] })}`}>
      <b class={`is-${count}`}>{formatCount(counts[count])}</b> {WORDS[count] ?? count}
    </a>
  ))
}

function Oldest({ queue }: { queue: Queue }) {
  const ms = queue.oldest_waiting_seconds * 1_000
  return ms >= 1_000 ? <span class="queue-oldest">oldest waiting {formatDuration(ms)}</span> : null
}

function LastHour({ name, history }: { name: string; history: Histories | null }) {
  const own = history?.queues[name]
  if (!own) return null
  const [completed, failed] = [sumOf(own.completed), sumOf(own.failed)]
  return (
    <span class="queue-last-hour" title={`In the last hour: ${completed} completed, ${failed} failed`}>
      <Sparkline good={own.completed} bad={own.failed} />
      <span class="hidden">
        In the last hour, {completed} completed and {failed} failed.
      </span>
    </span>
  )
}

function Times({ queue: { wait_ms, run_ms } }: { queue: Queue }) {
  if (wait_ms?.p95 == null && run_ms?.p95 == null) return null
  const shown = [
    ['wait', wait_ms?.p95],
    ['run', run_ms?.p95],
  ] as const
  return (
    <span class="queue-times" title="p95 over the last hour">
      {shown.map(([name, ms]) => ms != null && <span key={name}>{`${name} ${formatDuration(ms)}`}</span>)}
    </span>
  )
}

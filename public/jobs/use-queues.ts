import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Queue, QueueStats, QueueStatsEvent } from '../../src/contract/queues'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'

/** Polling interval, beside the events. */
const POLL_MS = 10_000
/** Minimum time between two fetches after job events, which change the counts. */
const REFRESH_MS = 1_500

/** The queues with their counts, kept up to date by `queue_stats` events and by polling. */
export function useQueues() {
  const { value, problem, read } = useFetch('/api/queues', {}, { pollMs: POLL_MS })
  const queues = useComputed(() => value.value?.items ?? [])
  const apply = (stats: readonly QueueStats[]) => {
    value.value = { items: merge(queues.peek(), stats) }
  }
  const readSoon = useThrottle(REFRESH_MS, () => void read())
  useEffect(
    () =>
      watch('events', {
        onEvent: ({ type, data }) => {
          if (type === 'queue_stats') apply((data as { data: QueueStatsEvent }).data.queues)
          else if (type.startsWith('job_') && type !== 'job_progress') readSoon()
        },
      }),
    [],
  )
  return { queues, problem, read, update: (queue: QueueStats) => apply([queue]) }
}

function merge(known: Queue[], stats: readonly QueueStats[]): Queue[] {
  const byName = new Map(stats.map(queue => [queue.name, queue]))
  return known.map(queue => ({ ...queue, ...byName.get(queue.name) }))
}

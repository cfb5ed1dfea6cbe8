import { useComputed } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'
import type { Actor } from './job'

export interface Schedule {
  id: string
  name: string
  kind: string
  every_ms: number | null
  cron: string | null
  timezone: string | null
  next_at: string | null
  last_at: string | null
  last_job_id: string | null
  overdue_seconds: number
}

export interface Queue {
  name: string
  /** Null while Redis is away. */
  counts: { waiting: number; active: number; delayed: number; failed: number } | null
  oldest_waiting_seconds: number | null
  paused: boolean
  paused_by: { reason: string; by: Actor; at: string } | null
  wait_ms?: { p50: number | null; p95: number | null }
  run_ms?: { p50: number | null; p95: number | null }
  schedules?: Schedule[]
}

/** Between readings when nothing happens. */
const EVERY_MS = 10_000
/** A job that came, started or ended moves the counts: read again, at most this often. */
const AFTER_JOB_MS = 1_500

/** The queues with their counts, kept up by `queue_stats` where it is told, else by reading again. */
export function useQueues() {
  const { value, problem, read } = useFetch<{ items: Queue[] }>('/api/queues', EVERY_MS)
  const queues = useComputed(() => value.value?.items ?? [])
  /** What has been told of some queues. */
  const apply = (told?: Told) => {
    value.value = { items: merge(queues.peek(), told) }
  }
  const readSoon = useThrottle(AFTER_JOB_MS, () => void read())
  useEffect(
    () =>
      watch('events', {
        onEvent: ({ type, data }) => {
          if (type === 'queue_stats') apply((data as { data?: Told }).data)
          else if (type.startsWith('job_') && type !== 'job_progress') readSoon()
        },
      }),
    [],
  )
  return { queues, problem, read, take: (queue: Queue) => apply({ queues: [queue] }) }
}

interface Told {
  queues?: Queue[]
}

/** Counts as announced; what an announcement leaves out stays. */
function merge(known: Queue[], { queues = [] }: Told = {}): Queue[] {
  const news = new Map(queues.map(queue => [queue.name, queue]))
  return known.map(queue => ({ ...queue, ...news.get(queue.name) }))
}

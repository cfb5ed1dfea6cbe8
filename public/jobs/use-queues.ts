import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../api'
import { watch } from '../live'

export interface Queue {
  name: string
  counts: Record<string, number>
  paused?: { reason: string; by: { name: string } | string; at: string } | null
  oldest_waiting_ms?: number | null
  oldest_waiting_seconds?: number | null
}

/** Between readings when nothing is told: counts are also announced as events. */
const EVERY_MS = 10_000

/** The queues with their counts, kept up by `queue_stats`. */
export function useQueues() {
  const queues = useSignal<Queue[]>([])
  useEffect(() => {
    let toldAt = 0
    const read = () =>
      api
        .get<{ items: Queue[] }>('/api/queues')
        .then(({ items }) => (queues.value = items))
        .catch(() => undefined)
    void read()
    const timer = setInterval(() => {
      if (!document.hidden && Date.now() - toldAt > EVERY_MS) void read()
    }, EVERY_MS)
    const stop = watch('events', {
      onEvent: ({ type, data }) => {
        if (type !== 'queue_stats') return
        const told = (data as { data?: { queues?: Queue[]; items?: Queue[] } }).data
        const items = told?.queues ?? told?.items
        if (!Array.isArray(items)) return
        toldAt = Date.now()
        const known = new Map(queues.value.map(queue => [queue.name, queue]))
        queues.value = items.map(queue => ({ ...known.get(queue.name), ...queue }))
      },
    })
    return () => {
      clearInterval(timer)
      stop()
    }
  }, [])
  return queues
}

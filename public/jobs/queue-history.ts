import { useFetch } from '../use-fetch'

export interface QueueHistory {
  completed: number[]
  failed: number[]
  wait_p95_ms: Array<number | null>
  run_p95_ms: Array<number | null>
}

export interface Histories {
  /** The first minute. */
  from: string
  minutes: number
  queues: Record<string, QueueHistory>
}

const EVERY_MS = 20_000

/** What the queues did per minute; of one queue alone, also how long it took. */
export const useHistory = (minutes: number, queue = '') =>
  useFetch<Histories>(
    `/api/queues/history?minutes=${minutes}${queue && `&queue=${encodeURIComponent(queue)}`}`,
    EVERY_MS,
  )

export const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)

/** All queues as one. */
export function together({ queues, minutes }: Histories): Pick<QueueHistory, 'completed' | 'failed'> {
  const all = Object.values(queues)
  const add = (of: (queue: QueueHistory) => number[]) =>
    Array.from({ length: minutes }, (_, at) => sumOf(all.map(queue => of(queue)[at] ?? 0)))
  return { completed: add(queue => queue.completed), failed: add(queue => queue.failed) }
}

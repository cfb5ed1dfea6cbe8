import type { ReplyOf, RouteAt } from '../../src/contract/api'
import type { QueueName } from '../../src/contract/jobs'
import type { QueueHistory } from '../../src/contract/queues'
import { useFetch } from '../use-fetch'

export type Histories = ReplyOf<RouteAt<'get', '/api/queues/history'>>

const POLL_MS = 20_000

/** Throughput per minute; for a single queue also its durations. */
export const useHistory = (minutes: number, queue?: QueueName) =>
  useFetch('/api/queues/history', { minutes, queue }, { pollMs: POLL_MS })

export const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)

/** The sum of all queues. */
export function combineQueues({ queues, minutes }: Histories): Pick<QueueHistory, 'completed' | 'failed'> {
  const all = Object.values(queues)
  const add = (of: (queue: QueueHistory) => number[]) =>
    Array.from({ length: minutes }, (_, at) => sumOf(all.map(queue => of(queue)[at] ?? 0)))
  return { completed: add(queue => queue.completed), failed: add(queue => queue.failed) }
}

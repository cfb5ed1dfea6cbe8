import type { QueueName } from '../../contract/jobs'

/**
 * How each queue is run. A new queue needs an entry here and its name in the contract.
 * `concurrency` is a multiple of `WORKER_CONCURRENCY`: how many jobs of this queue a worker process runs at a time.
 */
export const QUEUES = {
  /** Actions on containers: they only wait for agents. */
  agents: { concurrency: 25 },
  checks: { concurrency: 1 },
  cleanup: { concurrency: 0.1 },
  /** They wait for servers most of the time. */
  crawls: { concurrency: 0.5 },
  demo: { concurrency: 1 },
  /** Live queries: they only wait for hosts, so a process can run very many of them. */
  fleet: { concurrency: 25 },
  control: { concurrency: 0.25 },
  /** They wait for receivers most of the time. */
  notifications: { concurrency: 2 },
  /** Only ticks of schedules, each of which enqueues the real job. */
  schedules: { concurrency: 0.5 },
} as const satisfies Record<QueueName, { concurrency: number }>

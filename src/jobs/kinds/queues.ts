import type { QueueName } from '../../contract/jobs'

/**
 * How each queue is run. Workers, QueueEvents, metrics and retention derive from this list; a new queue is one entry, besides its name in the contract.
 * `concurrency` is a share of `WORKER_CONCURRENCY`: how many jobs of this queue one worker process runs at a time.
 */
export const QUEUES = {
  checks: { concurrency: 1 },
  cleanup: { concurrency: 0.1 },
  demo: { concurrency: 1 },
  /** Live queries: they wait for hosts, so very many of them fit into a process. */
  fleet: { concurrency: 25 },
  control: { concurrency: 0.25 },
  /** Ticks of schedules only: each enqueues the real job. */
  schedules: { concurrency: 0.5 },
} as const satisfies Record<QueueName, { concurrency: number }>

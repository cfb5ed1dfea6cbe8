/** Lists that the browser and the command line need as values; schemas would bring zod along. */

/** What somebody may do; each role may do all that those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** Processes with a log of their own. */
export const SERVICES = ['web', 'worker'] as const

/** Topics on one connection. */
export const TOPICS_MAX = 50

/** States of a host that a live query was sent to. */
export const TARGET_STATES = [
  'pending',
  'sent',
  'completed',
  'no_rows',
  'failed',
  'denylisted',
  /** At the deadline it had never come to ask. */
  'offline',
  /** It took the query and had said nothing by the deadline. */
  'expired',
] as const

/** States of a live query. */
export const QUERY_STATUSES = ['running', 'completed', 'cancelled'] as const

/** What a scheduled query reports of a row: a change since its last run, or all there is. */
export const SCHEDULED_ACTIONS = ['added', 'removed', 'snapshot'] as const

export const JOB_STATUSES = ['scheduled', 'pending', 'running', 'completed', 'failed', 'cancelled'] as const
export const BULK_ACTIONS = ['cancel', 'retry', 'remove'] as const
/** Every queue; `src/jobs/kinds/queues.ts` says how each is run. */
export const QUEUE_NAMES = ['checks', 'cleanup', 'demo', 'fleet', 'control', 'schedules'] as const

export const HOST_STATUSES = ['online', 'offline', 'missing'] as const
/** Operating systems that the page Add host has commands for. */
export const SYSTEMS = ['linux', 'macos', 'windows'] as const

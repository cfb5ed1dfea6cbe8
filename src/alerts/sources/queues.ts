import { DEFAULT_TENANT_ID } from '../../api'
import type { QueueStats } from '../../contract/queues'
import type { Case, Condition, Rule } from './condition'

/** The queues as a tenant sees them. */
type ReadQueues = (tenantId: string) => Promise<QueueStats[]>

/** Queues are paused by whoever runs the installation, so only the default tenant hears of it. */
export const pausedQueues = (readQueues: ReadQueues): Condition => ({
  defaults: {
    name: 'QueuePaused',
    source: 'queues',
    summary: 'A queue has been paused for longer than `window_seconds`.',
    severity: 'info',
    threshold: null,
    windowSeconds: 3_600,
  },
  async find(rules) {
    const rule = rules.find(({ tenantId }) => tenantId === DEFAULT_TENANT_ID)
    if (!rule) return []
    const queues = await readQueues(DEFAULT_TENANT_ID)
    return queues.flatMap(({ name, paused_by }) => {
      if (!paused_by || secondsSince(paused_by.at) < (rule.windowSeconds ?? 0)) return []
      const by = `Paused by ${paused_by.by.name} at ${paused_by.at}: ${paused_by.reason}`
      return [caseOf(DEFAULT_TENANT_ID, name, `The queue ${name} is paused`, by)]
    })
  },
})

export const slowQueues = (readQueues: ReadQueues): Condition => ({
  defaults: {
    name: 'QueueWaiting',
    source: 'queues',
    summary: 'A job has been ready to run for longer than `window_seconds`, and its queue is not paused.',
    severity: 'critical',
    threshold: null,
    windowSeconds: 300,
  },
  async find(rules) {
    const found = await Promise.all(rules.map(async rule => waiting(rule, await readQueues(rule.tenantId))))
    return found.flat()
  },
})

function waiting({ tenantId, windowSeconds }: Rule, queues: readonly QueueStats[]): Case[] {
  const slow = queues.filter(queue => !queue.paused && queue.oldest_waiting_seconds > (windowSeconds ?? 0))
  return slow.map(({ name }) =>
    caseOf(
      tenantId,
      name,
      `Jobs in the queue ${name} are waiting too long`,
      'No worker takes them, or the workers are busy. Check that worker processes run, and their number.',
    ),
  )
}

const secondsSince = (time: string) => (Date.now() - Date.parse(time)) / 1_000

const caseOf = (tenantId: string, queue: string, summary: string, description: string): Case => ({
  tenantId,
  labels: { queue },
  annotations: { summary, description },
  links: { Queue: '/queues' },
})

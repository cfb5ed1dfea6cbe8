import { Counter, Histogram, type Registry } from '../../base/metrics'
import type { ReceiverType } from '../../contract/receivers'

const DELAY_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400]

/** How attempts to send notifications ended, and how long after they were due to be sent. */
export class NotificationMetrics {
  private readonly total
  private readonly delay

  constructor(registry: Registry) {
    this.total = new Counter({
      name: 'tailrace_notifications_total',
      help: 'Attempts to send notifications: sent, will be tried again (retry), or given up (failed)',
      labelNames: ['receiver_type', 'outcome'] as const,
      registers: [registry],
    })
    this.delay = new Histogram({
      name: 'tailrace_notification_delay_seconds',
      help: 'Time from the decision to notify until the receiver accepted',
      buckets: DELAY_BUCKETS,
      registers: [registry],
    })
  }

  /** @param delayMs of those that were sent */
  count(type: ReceiverType, outcome: 'sent' | 'retry' | 'failed', delayMs: number) {
    this.total.inc({ receiver_type: type, outcome })
    if (outcome === 'sent') this.delay.observe(Math.max(0, delayMs) / 1_000)
  }
}

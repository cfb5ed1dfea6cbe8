import { z } from '../../base/parse'
import type { JobOutcome } from '../../contract/jobs'
import { defineKind } from '../../jobs'

/** How a notification ended. */
export interface NotifyResult {
  status: 'sent' | 'failed' | 'not_sent' | 'gone'
  receiver: string | null
  error: string | null
}

/**
 * Sends a notification, and those of its group that come before it. A run never waits for a receiver to recover: it hands
 * the job back. `attempts` are for faults of the program; how often a receiver is tried is up to the notification.
 */
export const notify = defineKind({
  name: 'notify',
  label: 'Notification',
  queue: 'notifications',
  input: z.strictObject({ receiver_id: z.uuid(), group_id: z.uuid(), notification_id: z.uuid() }),
  outcome,
  options: { attempts: 5, timeLimitMs: 10 * 60_000, resumable: true, byRequest: false },
})

function outcome({ status, receiver, error }: NotifyResult): JobOutcome {
  const name = receiver ?? 'a receiver that was deleted'
  if (status === 'sent') return { level: 'ok', text: `Sent to ${name}` }
  if (status === 'failed') return { level: 'bad', text: `Not delivered to ${name}: ${error ?? 'no reason given'}` }
  return { level: 'warn', text: status === 'gone' ? 'It was deleted' : 'A newer one was sent instead' }
}

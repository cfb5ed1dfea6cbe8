import type { AlertSource } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'

/** Failures shorter than this are left to the retries. */
const SILENT_MS = 60_000

/** An alert of our own about a receiver. */
export interface ReceiverAlert {
  tenantId: string
  source: AlertSource
  labels: Labels
  annotations: Labels
}

/** Raises alerts: repeats of one that fires are heartbeats. */
export interface Alarm {
  raise(alert: ReceiverAlert): Promise<void>
  resolve(alert: ReceiverAlert): Promise<void>
}

interface FailingReceiver {
  tenantId: string
  name: string
  type: string
}

/** The alert about a receiver that fails. Its route should lead to another one. */
export const alertOf = ({ tenantId, name, type }: FailingReceiver, error: string): ReceiverAlert => ({
  tenantId,
  source: 'alerts',
  labels: { alertname: 'ReceiverFailing', severity: 'critical', receiver: name, receiver_type: type },
  annotations: { summary: `Notifications to ${name} are not delivered`, ...(error && { description: error }) },
})

/** Whether a receiver has failed for long enough, or in a way that no retry mends. */
export const isAlarming = (failingSince: Date, now: Date, isFinal: boolean) =>
  isFinal || now.getTime() - failingSince.getTime() >= SILENT_MS

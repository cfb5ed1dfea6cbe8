import type { AlertEvent, AlertSource } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'
import type { NewEntry } from '../../streams'

interface Reported {
  id: string
  fingerprint: string
  source: AlertSource
  labels: Labels
  startsAt: number
  resolvedAt?: number | null
  resolvedBy?: AlertEvent['resolved_by']
}

type Kind = 'alert_created' | 'alert_firing' | 'alert_resolved' | 'alert_silenced' | 'alert_inhibited'

/** An event about an alert, found by its labels and source. */
export function alertEntry(kind: Kind, alert: Reported, more: Pick<AlertEvent, 'by' | 'from'> = {}): NewEntry {
  const { id, fingerprint, source, labels, startsAt, resolvedAt = null, resolvedBy = null } = alert
  const data: AlertEvent = {
    ...{ id, fingerprint, source, labels, starts_at: new Date(startsAt).toISOString() },
    resolved_at: resolvedAt === null ? null : new Date(resolvedAt).toISOString(),
    resolved_by: resolvedBy,
    ...more,
  }
  return { kind, source, data: { labels, data } }
}

import type { AlertItem, Occurrence } from '../../contract/alerts'
import { hasEnded, type OpenAlert, type StoredOccurrence } from '../occurrences'
import type { AlertView } from './view'

/** An alert as the API shows it, before its incidents are looked up. */
export type Shown = Omit<AlertItem, 'incident_ids'>

/** An alert that is open in memory; one that was not repeated in time is resolved, though it is not stored so yet. */
export function shownOpen(view: AlertView, alert: OpenAlert): Shown {
  const { silencedBy, inhibitedBy, maintenance } = view.mutesOf(alert)
  const endsAt = alert.endsAt === null ? null : textOf(alert.endsAt)
  const isOver = hasEnded(alert, Date.now())
  return {
    id: alert.id,
    fingerprint: alert.fingerprint,
    source: alert.source,
    labels: alert.labels,
    annotations: alert.annotations,
    generator_url: alert.generatorUrl,
    starts_at: textOf(alert.startsAt),
    ends_at: endsAt,
    resolved_at: isOver ? endsAt : null,
    resolved_by: isOver ? 'timeout' : null,
    state: isOver ? 'resolved' : view.stateOf(alert),
    links: alert.links,
    silenced_by: [...silencedBy],
    inhibited_by: [...inhibitedBy],
    maintenance: [...maintenance],
    receivers: view.receiversOf(alert.labels),
  }
}

const textOf = (ms: number) => new Date(ms).toISOString()

/** An occurrence that is stored as resolved; nothing mutes it. */
export const shownResolved = (view: AlertView, stored: StoredOccurrence): Shown => ({
  ...shownOccurrence(stored),
  links: stored.links,
  state: 'resolved',
  silenced_by: [],
  inhibited_by: [],
  maintenance: [],
  receivers: view.receiversOf(stored.labels),
})

/** An occurrence as it is stored. */
export const shownOccurrence = (stored: StoredOccurrence): Occurrence => ({
  id: stored.id,
  fingerprint: stored.fingerprint,
  source: stored.source,
  labels: stored.labels,
  annotations: stored.annotations,
  generator_url: stored.generator_url,
  starts_at: stored.starts_at.toISOString(),
  ends_at: stored.ends_at?.toISOString() ?? null,
  resolved_at: stored.resolved_at?.toISOString() ?? null,
  resolved_by: stored.resolved_by,
})

import type { AlertItem } from '../../contract/alerts'
import { hasEnded, type OpenAlert } from '../occurrences'
import type { StoredOccurrence } from './occurrence-store'
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
export const shownResolved = (view: AlertView, occurrence: StoredOccurrence): Shown => ({
  ...occurrence,
  state: 'resolved',
  silenced_by: [],
  inhibited_by: [],
  maintenance: [],
  receivers: view.receiversOf(occurrence.labels),
})

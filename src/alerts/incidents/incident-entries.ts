import type { IncidentEvent, TimelineEntry } from '../../contract/incidents'
import type { NewEntry } from '../../streams'
import type { Incident } from './incident-store'

const SOURCE = 'alerts'

/** Kinds of timeline entries that are events of their own. */
const EVENTS: { [Kind in TimelineEntry['kind']]?: string } = {
  opened: 'incident_created',
  acknowledged: 'incident_acknowledged',
  resolved: 'incident_resolved',
}

/**
 * The events about an entry of a timeline: every entry is one, and some are another.
 * @param fingerprints of the alerts that the other is about
 */
export function timelineEntries(
  incident: Incident,
  entry: TimelineEntry,
  fingerprints: readonly string[] = entry.fingerprints,
): NewEntry[] {
  const labels = incident.common_labels
  const updated = { incident_id: incident.id, status: incident.status, entry }
  const kind = EVENTS[entry.kind]
  const own = kind ? [{ kind, source: SOURCE, data: { labels, data: eventOf(incident, fingerprints) } }] : []
  return [...own, { kind: 'incident_updated', source: SOURCE, data: { labels, data: updated } }]
}

const eventOf = (incident: Incident, fingerprints: readonly string[]): IncidentEvent => ({
  incident_id: incident.id,
  status: incident.status,
  title: incident.title,
  severity: incident.severity,
  labels: incident.common_labels,
  fingerprints: [...fingerprints],
  monitor_id: incident.common_labels.monitor_id ?? null,
  alert_rule_id: incident.common_annotations.rule_id ?? null,
  rule_name: incident.common_annotations.rule_id ? (incident.common_labels.alertname ?? null) : null,
  trigger_value: incident.common_annotations.trigger_value ?? null,
})

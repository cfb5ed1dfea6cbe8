import type { IncidentItem, IncidentStatus, TimelineEntry } from '../../src/contract/incidents'

/** What an event of the tenant says about an incident. */
export interface IncidentNews {
  type: string
  id: string
  status: IncidentStatus
  /** When the server reported it. */
  at: string
  /** What was added to its timeline. */
  entry?: TimelineEntry | undefined
  title?: string | undefined
  severity?: string | null | undefined
}

interface Content {
  incident_id: string
  status: IncidentStatus
  entry?: TimelineEntry
  title?: string
  severity?: string | null
}

/** The news in an event of the tenant; undefined if it is about something else. */
export function incidentNewsIn({ type, data }: { type: string; data: unknown }): IncidentNews | undefined {
  if (!type.startsWith('incident_')) return undefined
  const { timestamp, data: content } = data as { timestamp: string; data: Content }
  const { incident_id: id, status, entry, title, severity } = content
  return { type, id, status, at: timestamp, entry, title, severity }
}

/** The list with the statuses that the news tell. The rest of the rows is read again. */
export function applyToIncidents(incidents: IncidentItem[], news: readonly IncidentNews[]): IncidentItem[] {
  const latest = new Map(news.map(({ id, status }) => [id, status]))
  return incidents.map(incident => {
    const status = latest.get(incident.id)
    // An incident that is resolved does not come back: such an event is an old one.
    const isKept = status === undefined || status === incident.status || incident.status === 'resolved'
    return isKept ? incident : { ...incident, status }
  })
}

const RANKS: Record<IncidentStatus, number> = { open: 0, acknowledged: 1, muted: 2, resolved: 3 }

/** Those that wait for somebody first; otherwise in the order of the list. */
export const openFirst = (incidents: readonly IncidentItem[]): IncidentItem[] =>
  [...incidents].sort((a, b) => RANKS[a.status] - RANKS[b.status])

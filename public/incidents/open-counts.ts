import type { IncidentStatus } from '../../src/contract/incidents'
import type { IncidentNews } from './live-incidents'

/** Incidents that are not resolved, by status. */
export type Counts = Readonly<Record<Exclude<IncidentStatus, 'resolved'>, number>>

/** The counts after some news. An incident that was not heard of before was open. */
export function countsAfter(counts: Counts, news: readonly IncidentNews[]): Counts {
  const next: Record<IncidentStatus, number> = { ...counts, resolved: 0 }
  const known = new Map<string, IncidentStatus>()
  for (const { type, id, status } of news) {
    const was = known.get(id) ?? (type === 'incident_created' ? undefined : 'open')
    known.set(id, status)
    if (was !== undefined) next[was] = Math.max(0, next[was] - 1)
    next[status] += 1
  }
  const { open, muted, acknowledged } = next
  return { open, muted, acknowledged }
}

import { useComputed } from '@preact/signals'
import { byId, usePagedList } from '../use-paged-list'
import { type IncidentFilters, incidentParams, incidentSearchOf, tabOf } from './filters'
import { applyToIncidents, type IncidentNews, incidentNewsIn, openFirst } from './live-incidents'

/** As many as the server gives at once, so that all that are open come first. */
const PAGE_SIZE = 500
const REFRESH_MS = 200
/** The next look at a group moves on without an event. */
const POLL_MS = 15_000

/** The incidents that match the filters, kept up to date by events: the newest first, or else the open ones. */
export function useIncidents(filters: IncidentFilters) {
  const isMixed = tabOf(filters) === ''
  const list = usePagedList<'/api/incidents', IncidentNews>('/api/incidents', {
    params: incidentParams(filters),
    name: incidentSearchOf(filters),
    idOf: byId,
    pageSize: PAGE_SIZE,
    pollMs: POLL_MS,
    isSame: (known, read) => JSON.stringify(known) === JSON.stringify(read),
    live: {
      topic: 'events',
      pick: incidentNewsIn,
      apply: (incidents, news) => ({ items: applyToIncidents(incidents, news), stale: incidents.length || 1 }),
      refreshMs: REFRESH_MS,
    },
  })
  const rows = useComputed(() => {
    const items = list.items.value
    return items && isMixed ? openFirst(items) : items
  })
  return { list, rows }
}

import { INCIDENT_STATUSES, SEVERITIES } from '../../src/contract/values'
import { searchOf } from '../url-filters'

export const INCIDENT_FILTERS = ['status', 'severity', 'q'] as const
/** The filters of the incidents page. They are kept in the URL. */
export type IncidentFilters = Record<(typeof INCIDENT_FILTERS)[number], string>

/** Tabs by their value in the URL: a status, all of them, or those that are not over. */
export const INCIDENT_TABS = ['', ...INCIDENT_STATUSES, 'all'] as const
export type IncidentTab = (typeof INCIDENT_TABS)[number]

export const tabOf = ({ status }: IncidentFilters): IncidentTab => INCIDENT_TABS.find(tab => tab === status) ?? ''

const UNRESOLVED = INCIDENT_STATUSES.filter(status => status !== 'resolved').join(',')

/** Filters as parameters of the API. */
export function incidentParams(filters: IncidentFilters) {
  const tab = tabOf(filters)
  const severity = SEVERITIES.find(each => each === filters.severity)
  return {
    ...(tab === '' ? { status: UNRESOLVED } : tab !== 'all' && { status: tab }),
    ...(severity && { severity }),
    ...(filters.q !== '' && { q: filters.q }),
  }
}

export const incidentSearchOf = (filters: Partial<IncidentFilters>): string => searchOf(INCIDENT_FILTERS, filters)

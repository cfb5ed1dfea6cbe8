import { Empty } from '../components/empty'
import { isAdmin } from '../session'
import { type IncidentFilters, incidentSearchOf, tabOf } from './filters'

/** Why the list is empty, and what to do next. */
export function NoIncidents({ filters }: { filters: IncidentFilters }) {
  const isFiltered = filters.q !== '' || filters.severity !== ''
  if (isFiltered) {
    return (
      <Empty title="No incidents match">
        <a href={`/incidents${incidentSearchOf({ status: filters.status })}`}>Show all of this tab</a>
      </Empty>
    )
  }
  if (tabOf(filters) !== '') {
    return (
      <Empty title={filters.status === 'all' ? 'No incidents are kept' : `No incident is ${filters.status}`}>
        {filters.status !== 'all' && <a href="/incidents?status=all">Show all incidents</a>}
      </Empty>
    )
  }
  return (
    <Empty title="Nothing is wrong">
      <p>
        Alerts that belong together open an incident as soon as the first of them fires.{' '}
        <a href="/incidents?status=resolved">Those that are resolved</a> are kept.
      </p>
      <p>
        {isAdmin.value ? (
          <>
            To be told of them, add <a href="/admin/receivers">a receiver</a> and name it in{' '}
            <a href="/alert-routes">the routes</a>.
          </>
        ) : (
          <>
            <a href="/alert-routes">The routes</a> say which alerts belong together and who is told of them.
          </>
        )}
      </p>
    </Empty>
  )
}

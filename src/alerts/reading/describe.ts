import type { Db } from '../../base/db'
import type { AlertItem } from '../../contract/alerts'
import type { OpenAlert } from '../occurrences'
import { type Shown, shownOpen } from './alert-item'
import { openIncidentsOf } from './incident-ids-store'
import { readView, type ViewDeps } from './view'

export interface ReadingDeps extends ViewDeps {
  db: Db
}

/** Open alerts as the API shows them, such as those that a silence would mute. */
export async function describeAlerts(
  deps: ReadingDeps,
  tenantId: string,
  alerts: readonly OpenAlert[],
): Promise<AlertItem[]> {
  const view = await readView(deps, tenantId)
  const shown = alerts.map(alert => shownOpen(view, alert))
  return withIncidents(deps.db, tenantId, shown)
}

/** Adds the ids of open incidents, looked up for all alerts at once. */
export async function withIncidents(db: Db, tenantId: string, items: readonly Shown[]): Promise<AlertItem[]> {
  const ids = items.map(({ id }) => id)
  const incidents = await openIncidentsOf(db, tenantId, ids)
  return items.map(item => ({ ...item, incident_ids: incidents.get(item.id) ?? [] }))
}

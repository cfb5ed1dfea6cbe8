import type { Transaction } from '../../base/db'
import type { TopicEntries } from '../../streams'
import type { TenantMuting } from '../muting'
import type { OpenAlert, TenantAlerts } from '../occurrences'
import type { CompiledRoute, CompiledRouting } from '../routing'
import type { DispatchRow } from './dispatch-store'
import type { GroupBook } from './group-book'
import type { GroupMembers } from './group-members'
import type { IncidentBook } from './incident-book'

/** What the steps of one round share: a look at one tenant in one transaction. Times in ms. */
export interface Round {
  trx: Transaction
  tenantId: string
  now: number
  /** Version of alerts that it goes up to. Memory may be ahead. */
  until: number
  routing: CompiledRouting
  routes: ReadonlyMap<string, CompiledRoute>
  alerts: TenantAlerts
  muting: TenantMuting
  members: GroupMembers
  groups: GroupBook
  incidents: IncidentBook
  /** How far it has come; moved on by the steps. */
  place: DispatchRow
  entries: TopicEntries[]
}

/** Whether an open alert is silenced, inhibited or under maintenance. */
export function isMuted({ muting }: Pick<Round, 'muting'>, alert: OpenAlert): boolean {
  const { silencedBy, inhibitedBy, maintenance } = muting.mutesOf(alert)
  return silencedBy.length > 0 || inhibitedBy.length > 0 || maintenance.length > 0
}

/** Whether an alert in memory has become events and a part of groups; memory may be ahead. */
export function isDispatched(
  { place }: Pick<Round, 'place'>,
  { id, version }: { id: string; version: number },
): boolean {
  return version < place.version || (version === place.version && id <= place.after_id)
}

import type { Effect, TopicEntries } from '../../streams'
import type { Row } from '../agent'
import { markLabelsChecked, type ReportedVitals, storeMemberships, storeVitals } from './background-store'
import { labelsEntries, refreshedEntries } from './host-entries'

export interface BackgroundItem {
  tenantId: string
  hostId: string
  /** By table; null if no query for vitals was answered. */
  vitals: Record<string, Row[]> | null
  labels: { labelId: string; revision: number; member: boolean }[]
  /** The host has answered the queries of all dynamic labels. */
  areLabelsChecked: boolean
}

/** Stores answers to background queries. @returns whether the name or platform of the host has changed */
export const backgroundEffect: Effect<BackgroundItem, boolean> = {
  name: 'fleet.background',
  async apply(trx, items) {
    const reported = vitalsByHost(items)
    const refreshed = reported.length ? await storeVitals(trx, reported) : []
    const memberships = items.flatMap(({ tenantId, hostId, labels }) =>
      labels.map(label => ({ tenantId, hostId, ...label })),
    )
    const latest = new Map(memberships.map(membership => [`${membership.labelId}/${membership.hostId}`, membership]))
    const changes = latest.size ? await storeMemberships(trx, [...latest.values()]) : []
    const checked = items.flatMap(({ areLabelsChecked, hostId }) => (areLabelsChecked ? [hostId] : []))
    if (checked.length) await markLabelsChecked(trx, checked)
    const hosts = new Map(refreshed.map(host => [host.id, host]))
    const handled = new Set<string>()
    const entries = items.map(({ tenantId, hostId: id }): TopicEntries[] => {
      if (handled.has(id)) return []
      handled.add(id)
      const host = hosts.get(id)
      const labels = changes.flatMap(({ host_id, ...change }) => (host_id === id ? [change] : []))
      return [
        ...(host ? [refreshedEntries({ tenantId, id }, host.refreshed_at)] : []),
        ...(labels.length ? [labelsEntries({ tenantId, id }, labels)] : []),
      ]
    })
    return { results: items.map(item => hosts.get(item.hostId)?.renamed ?? false), entries }
  },
}

/** Merges the answers of each host in a flush, because a statement can change a row only once. */
function vitalsByHost(items: readonly BackgroundItem[]): ReportedVitals[] {
  const byHost = new Map<string, ReportedVitals>()
  for (const { tenantId, hostId, vitals } of items)
    if (vitals) byHost.set(hostId, { tenantId, hostId, vitals: { ...byHost.get(hostId)?.vitals, ...vitals } })
  return [...byHost.values()]
}

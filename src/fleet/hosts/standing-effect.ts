import type { Effect, TopicEntries } from '../../streams'
import type { Row } from '../agent'
import { changeEntries } from './entries'
import { markChecked, type Refreshed, storeVerdicts, storeVitals } from './standing-store'

export interface StandingItem {
  tenantId: string
  hostId: string
  /** By table; null when it did not speak of itself. */
  vitals: Record<string, Row[]> | null
  labels: { labelId: string; revision: number; member: boolean }[]
  /** Nothing is left to be asked about labels. */
  checked: boolean
}

/** Stores what hosts answered to what we ask of our own accord. @returns whether its name or platform has changed */
export const standingEffect: Effect<StandingItem, boolean> = {
  name: 'fleet.standing',
  async apply(trx, items) {
    const spoken = vitalsByHost(items)
    const refreshed = spoken.length ? await storeVitals(trx, spoken) : []
    const verdicts = items.flatMap(({ tenantId, hostId, labels }) =>
      labels.map(each => ({ tenantId, hostId, ...each })),
    )
    const latest = new Map(verdicts.map(verdict => [`${verdict.labelId}/${verdict.hostId}`, verdict]))
    const moved = latest.size ? await storeVerdicts(trx, [...latest.values()]) : []
    const checked = items.flatMap(({ checked, hostId }) => (checked ? [hostId] : []))
    if (checked.length) await markChecked(trx, checked)
    const hosts = new Map(refreshed.map(host => [host.id, host]))
    const told = new Set<string>()
    const entries = items.map(({ tenantId, hostId: id }): TopicEntries[] => {
      if (told.has(id)) return []
      told.add(id)
      const host = hosts.get(id)
      const labels = moved.filter(change => change.host_id === id)
      return [
        ...(host ? [changeEntries({ tenantId, id }, 'host_refreshed', { refreshed_at: host.refreshed_at })] : []),
        ...(labels.length ? [changeEntries({ tenantId, id }, 'host_labels', { changes: labels.map(shown) })] : []),
      ]
    })
    return { results: items.map(item => hosts.get(item.hostId)?.renamed ?? false), entries }
  },
}

/** A statement changes a row once, so several answers of one host in a flush become one. */
function vitalsByHost(items: readonly StandingItem[]): Refreshed[] {
  const spoken = new Map<string, Refreshed>()
  for (const { tenantId, hostId, vitals } of items)
    if (vitals) spoken.set(hostId, { tenantId, hostId, vitals: { ...spoken.get(hostId)?.vitals, ...vitals } })
  return [...spoken.values()]
}

const shown = ({ label_id, name, member }: { label_id: string; name: string; member: boolean }) => ({
  label_id,
  name,
  member,
})

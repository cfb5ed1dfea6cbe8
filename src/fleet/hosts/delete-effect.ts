import type { Audit } from '../../access'
import type { Principal } from '../../api'
import type { Effect, TopicEntries } from '../../streams'
import { deleteHost } from './host-detail-store'
import { deletedEntries } from './host-entries'

export interface DeleteItem {
  by: Principal
  id: string
  reason: string | undefined
}

/** Removes hosts and ends their topics. @returns whether there was such a host */
export const deleteEffect = (audit: Audit): Effect<DeleteItem, boolean> => ({
  name: 'fleet.delete',
  async apply(trx, items) {
    const results: boolean[] = []
    const entries: TopicEntries[][] = []
    for (const { by, id, reason } of items) {
      const { tenantId } = by
      const deleted = await deleteHost(trx, tenantId, id)
      results.push(deleted !== undefined)
      if (!deleted) {
        entries.push([])
        continue
      }
      const { host_identifier, hostname, platform } = deleted
      const data = { host_identifier, hostname }
      await audit.record({ by, action: 'host.delete', target: { type: 'host', id }, reason, data }, trx)
      entries.push(deletedEntries({ tenantId, id, hostIdentifier: host_identifier, hostname, platform }))
    }
    return { results, entries }
  },
})

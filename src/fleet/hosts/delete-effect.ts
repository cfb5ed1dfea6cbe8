import type { Audit, Principal } from '../../access'
import type { Effect, TopicEntries } from '../../streams'
import { hostTopic } from './entries'
import { deleteHost } from './host-store'

export interface DeleteItem {
  by: Principal
  id: string
  reason: string | undefined
}

/** Removes hosts; whoever watches one is told, and its stream ends. @returns whether it was there */
export const deleteEffect = (audit: Audit): Effect<DeleteItem, boolean> => ({
  name: 'fleet.delete',
  async apply(trx, items) {
    const results: boolean[] = []
    const entries: TopicEntries[][] = []
    for (const { by, id, reason } of items) {
      const { tenantId } = by
      const gone = await deleteHost(trx, tenantId, id)
      results.push(gone !== undefined)
      if (!gone) {
        entries.push([])
        continue
      }
      const { host_identifier, hostname, platform } = gone
      const data = { host_identifier, hostname }
      await audit.record({ by, action: 'host.delete', target: { type: 'host', id }, reason, data }, trx)
      const told = { labels: { host_id: id, platform }, data: { host_id: id, ...data, platform } }
      entries.push([
        { topic: hostTopic({ tenantId, id }), entries: [], end: 'deleted' },
        { topic: { tenantId, name: 'events' }, entries: [{ kind: 'host_deleted', source: 'fleet', data: told }] },
      ])
    }
    return { results, entries }
  },
})

import type { Db } from '../base/db'
import { isUuid } from '../base/ids'
import type { Family } from '../streams'

interface Ref {
  tenantId: string
  id: string
}

interface Options {
  prefix: string
  kinds: Family['kinds']
  heartbeatMs: number
  /** Those of these that exist. */
  existing(db: Db, refs: readonly Ref[]): Promise<{ tenant_id: string; id: string }[]>
}

/** The topics of agents or containers: each exists as long as its row, and a new reader gets only the latest status. */
export function familyOf(db: Db, { prefix, kinds, heartbeatMs, existing }: Options): Family {
  const idOf = ({ name }: { name: string }) => name.slice(prefix.length + 1)
  async function known(topics: readonly { tenantId: string; name: string }[]) {
    const refs = topics.map(topic => ({ tenantId: topic.tenantId, id: idOf(topic) })).filter(({ id }) => isUuid(id))
    const found = refs.length ? await existing(db, refs) : []
    return new Set(found.map(({ tenant_id, id }) => `${tenant_id}/${id}`))
  }
  const keyOf = (topic: { tenantId: string; name: string }) => `${topic.tenantId}/${idOf(topic)}`
  return {
    prefix,
    heartbeatMs,
    kinds,
    exists: async topic => (await known([topic])).has(keyOf(topic)),
    async gone(topics) {
      const there = await known(topics)
      return topics.filter(topic => !there.has(keyOf(topic)))
    },
    stateEvent: 'status',
    supersededKinds: ['status'],
  }
}

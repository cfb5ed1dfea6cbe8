import type { Db } from '../../base/db'
import type { Family } from '../../streams'
import { existingHosts } from './store'

const PREFIX = 'host:'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A host's topic: it exists while its row does; its status says all that was before. */
export const hostFamily = (db: Db, heartbeatMs: number): Family => ({
  prefix: 'host',
  heartbeatMs,
  exists: async topic => (await existing(db, [topic])).length > 0,
  async gone(topics) {
    const there = new Set(await existing(db, topics))
    return topics.filter(topic => !there.has(topic))
  },
  stateEvent: 'status',
  supersededKinds: ['status'],
})

type Topics = Parameters<NonNullable<Family['gone']>>[0]

async function existing(db: Db, topics: Topics): Promise<Topics[number][]> {
  const asked = topics
    .map(topic => ({ topic, tenantId: topic.tenantId, id: topic.name.slice(PREFIX.length) }))
    .filter(({ id }) => UUID.test(id))
  const found = await existingHosts(db, asked)
  return asked.flatMap(({ topic, id }) => (found.has(id) ? [topic] : []))
}

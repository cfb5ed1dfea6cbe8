import type { Db } from '../../base/db'
import { hostTopicEvents } from '../../contract/events'
import type { Family } from '../../streams'
import { knownHosts } from '../host-store'

const PREFIX = 'host:'

/** The topics of hosts: each exists as long as its host does, and a new reader gets only the latest status. */
export const hostFamily = (db: Db, heartbeatMs: number): Family => ({
  prefix: 'host',
  heartbeatMs,
  kinds: hostTopicEvents,
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
  const idOf = ({ name }: Topics[number]) => name.slice(PREFIX.length)
  const found = await knownHosts(
    db,
    topics.map(topic => ({ tenantId: topic.tenantId, id: idOf(topic) })),
  )
  return topics.filter(topic => found.has(idOf(topic)))
}

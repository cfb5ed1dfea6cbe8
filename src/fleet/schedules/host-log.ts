import type { Db } from '../../base/db'
import type { Family, Topic } from '../../streams'
import { knownHosts } from '../host-store'

const PREFIX = 'hostlog'
const refOf = ({ tenantId, name }: Topic) => ({ tenantId, id: name.slice(PREFIX.length + 1) })

/** What osqueryd itself logs on a host: there as long as the host. */
export const hostLogFamily = (db: Db, heartbeatMs: number): Family => ({
  prefix: PREFIX,
  heartbeatMs,
  exists: async topic => (await knownHosts(db, [refOf(topic)])).size > 0,
  async gone(topics) {
    const known = await knownHosts(db, topics.map(refOf))
    return topics.filter(topic => !known.has(refOf(topic).id))
  },
})

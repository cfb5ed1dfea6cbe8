import { type Endpoint, endpoint } from '../../api'
import type { Db } from '../../base/db'
import { logRoutes } from '../../contract/logs'
import { type Family, serveLog, type Topic } from '../../streams'
import { knownHosts, requireHost } from '../host-store'
import { hostLogTopic } from './log-effect'

const PREFIX = 'hostlog'
const refOf = ({ tenantId, name }: Topic) => ({ tenantId, id: name.slice(PREFIX.length + 1) })

/** The log of osqueryd itself on a host, which exists as long as the host does. */
export const hostLogFamily = (db: Db, heartbeatMs: number): Family => ({
  prefix: PREFIX,
  heartbeatMs,
  kinds: {},
  exists: async topic => (await knownHosts(db, [refOf(topic)])).size > 0,
  async gone(topics) {
    const known = await knownHosts(db, topics.map(refOf))
    return topics.filter(topic => !known.has(refOf(topic).id))
  },
})

export const hostLogRoute = (db: Db): Endpoint =>
  endpoint(logRoutes.ofHost, async ({ principal: { tenantId }, params: { id }, query, res }) => {
    await requireHost(db, { tenantId, id })
    return serveLog(db, hostLogTopic({ tenantId, hostId: id }), query, res)
  })

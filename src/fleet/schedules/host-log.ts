import { type Endpoint, endpoint } from '../../access'
import type { Db } from '../../base/db'
import { uuid, z } from '../../base/parse'
import { type Family, logPage, logQuery, serveLogs, type Topic } from '../../streams'
import { knownHosts, requireHost } from '../host-store'
import { hostLogTopic } from './log-effect'

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

export const hostLogRoute = (db: Db): Endpoint =>
  endpoint({
    method: 'get',
    path: '/api/hosts/{id}/logs',
    role: 'viewer',
    summary: "A page of a host's own log lines, or with `format=text|ndjson` the whole log as a download.",
    params: z.strictObject({ id: uuid }),
    query: logQuery,
    replies: { 200: logPage },
    async handle({ principal: { tenantId }, params: { id }, query, res }) {
      await requireHost(db, { tenantId, id })
      return serveLogs(db, hostLogTopic({ tenantId, hostId: id }), query, res)
    },
  })

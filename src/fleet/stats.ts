import type { Db } from '../base/db'
import type { StatsSource } from '../jobs'
import { HOST_STATUSES } from './hosts'
import { countHostsOfAll, countOpenQueries } from './stats-store'

/** How many hosts are there, and how many queries are asked. */
export const fleetStats =
  (db: Db): StatsSource =>
  async () => {
    const [hosts, queries] = await Promise.all([countHostsOfAll(db), countOpenQueries(db)])
    return tenantId => {
      const own = hosts.filter(row => row.tenant_id === tenantId)
      const running = queries.find(row => row.tenant_id === tenantId)?.count ?? 0
      const byStatus = HOST_STATUSES.map(name => [name, own.find(row => row.status === name)?.count ?? 0])
      return { hosts: Object.fromEntries(byStatus), queries: { running } }
    }
  }

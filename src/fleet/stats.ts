import type { Db } from '../base/db'
import type { StatsUpdatedEvent } from '../contract/stats'
import type { StatsSource } from '../jobs'
import { hostCountsOf } from './host-counts'
import { countHostsByTenant, countRunningQueries } from './stats-store'

/** The fleet's part of tenant stats: hosts by status, and running queries. */
export const fleetStats =
  (db: Db): StatsSource =>
  async () => {
    const [hosts, queries] = await Promise.all([countHostsByTenant(db), countRunningQueries(db)])
    return tenantId =>
      ({
        hosts: hostCountsOf(hosts.filter(row => row.tenant_id === tenantId)),
        queries: { running: queries.find(row => row.tenant_id === tenantId)?.count ?? 0 },
      }) satisfies Pick<StatsUpdatedEvent, 'hosts' | 'queries'>
  }

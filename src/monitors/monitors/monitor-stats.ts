import type { Db } from '../../base/db'
import type { StatsUpdatedEvent } from '../../contract/stats'
import { MONITOR_STATUSES } from '../../contract/values'
import type { StatsSource } from '../../jobs'
import { countMonitorsByTenant } from './monitor-stats-store'

/** The part of tenant stats about monitors: how many there are by status. */
export const monitorStats =
  (db: Db): StatsSource =>
  async () => {
    const counted = await countMonitorsByTenant(db)
    return tenantId => {
      const own = new Map(
        counted.filter(row => row.tenant_id === tenantId).map(({ status, count }) => [status, count] as const),
      )
      const monitors = Object.fromEntries(MONITOR_STATUSES.map(status => [status, own.get(status) ?? 0]))
      return { monitors } as Pick<StatsUpdatedEvent, 'monitors'>
    }
  }

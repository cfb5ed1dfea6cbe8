import { DEFAULT_TENANT_ID } from '../../api'
import { cached } from '../../base/cached'
import type { Db } from '../../base/db'
import { Lru } from '../../base/lru'
import type { QueueName } from '../../contract/jobs'
import type { QueueStats } from '../../contract/queues'
import { QUEUE_NAMES } from '../../contract/values'
import { quantilesOf } from '../metrics/job-metrics'
import { readTenantTimings, type TenantTiming } from '../metrics/timing-store'
import { type Pause, readPauses } from './pause-store'
import { type CountedRow, countJobsByQueue } from './queue-store'

const CACHE_MS = 1_000
/** Tenants whose figures are remembered; those of the others are read each time. */
const TENANTS_MAX = 1_000

interface Figures {
  counted: CountedRow[]
  timings: TenantTiming[]
}

/**
 * How the queues are doing with the jobs of a tenant, by PostgreSQL: BullMQ counts those of all tenants, keeps ended
 * ones for a while only, and takes cancelled ones for failed.
 */
export class TenantQueueStats {
  private readonly recent = new Lru<string, () => Promise<Figures>>(TENANTS_MAX)

  constructor(private readonly db: Db) {}

  /** Counts are a second old at most, or a few times as long as counting takes; a pause shows at once. */
  async of(tenantId: string): Promise<QueueStats[]> {
    const [figures, pauses] = await Promise.all([this.figures(tenantId), readPauses(this.db)])
    return statsOf(tenantId, figures, pauses)
  }

  private figures(tenantId: string): Promise<Figures> {
    const known = this.recent.get(tenantId)
    if (known) return known()
    const read = cached(() => this.read(countJobsByQueue(this.db, tenantId), tenantId), CACHE_MS)
    this.recent.set(tenantId, read)
    return read()
  }

  private async read(counting: Promise<CountedRow[]>, tenantId: string | null): Promise<Figures> {
    const [counted, timings] = await Promise.all([counting, readTenantTimings(this.db, tenantId)])
    return { counted, timings }
  }

  /** @param counted jobs of all tenants */
  async ofAll(tenantIds: readonly string[], counted: CountedRow[]): Promise<Map<string, QueueStats[]>> {
    const [figures, pauses] = await Promise.all([this.read(Promise.resolve(counted), null), readPauses(this.db)])
    return new Map(tenantIds.map(id => [id, statsOf(id, figures, pauses)]))
  }
}

/** Who paused a queue, and why, is for those who run the installation. */
function statsOf(tenantId: string, { counted, timings }: Figures, pauses: ReadonlyMap<string, Pause>): QueueStats[] {
  const own = counted.filter(row => row.tenant_id === tenantId)
  const timed = timings.filter(row => row.tenant_id === tenantId)
  return QUEUE_NAMES.map(name => {
    const pause = pauses.get(name)
    const seesWho = pause?.paused && tenantId === DEFAULT_TENANT_ID
    return {
      name,
      ...countsOf(name, own),
      ...quantilesOf(timed.find(row => row.queue === name)),
      paused: pause?.paused ?? false,
      paused_by: seesWho ? { reason: pause.reason, by: pause.by, at: pause.at.toISOString() } : null,
    }
  })
}

function countsOf(name: QueueName, own: readonly CountedRow[]): Pick<QueueStats, 'counts' | 'oldest_waiting_seconds'> {
  const counts = { scheduled: 0, pending: 0, running: 0, failed: 0, bad: 0, failed_last_hour: 0, bad_last_hour: 0 }
  let oldest = 0
  for (const { queue, count, jobs, last_hour, since } of own) {
    if (queue !== name) continue
    counts[count] = jobs
    if (count === 'failed' || count === 'bad') counts[`${count}_last_hour`] = last_hour
    if (count === 'pending' && since) oldest = Math.max(0, Date.now() - since.getTime()) / 1000
  }
  const { pending, running, scheduled } = counts
  const earlierNames = { waiting: pending, active: running, delayed: scheduled }
  return { counts: { ...counts, ...earlierNames }, oldest_waiting_seconds: oldest }
}

import { DEFAULT_TENANT_ID } from '../../api'
import type { Db } from '../../base/db'
import { fresh } from '../../base/fresh'
import { Lru } from '../../base/lru'
import type { QueueName } from '../../contract/jobs'
import type { QueueStats } from '../../contract/queues'
import { QUEUE_NAMES } from '../../contract/values'
import { quantilesOf } from '../metrics/buckets'
import { readTenantTimings, type TenantTiming } from '../metrics/timing-store'
import { type Pause, readPauses } from './pause-store'
import { type Counts, FRESH_MS } from './queue-stats'
import { countOpen, type OpenRow } from './queue-store'

/** Max tenants whose stats are cached; those of others are read each time. */
const TENANTS_MAX = 1_000

interface Deps {
  db: Db
  tenantIds(): Promise<string[]>
}

/**
 * The queues as seen by a tenant that shares them with others: counts of its own jobs from PostgreSQL, and whether a
 * queue is paused, but not by whom. Ended jobs are those that ended within the last hour.
 */
export class TenantQueueStats {
  private readonly recent = new Lru<string, () => Promise<QueueStats[]>>(TENANTS_MAX)

  constructor(private readonly deps: Deps) {}

  /** The stats of one tenant, cached for a second. */
  of(tenantId: string): Promise<QueueStats[]> {
    const known = this.recent.get(tenantId)
    if (known) return known()
    const read = fresh(async () => {
      const open = countOpen(this.deps.db, tenantId)
      return (await this.read(open, tenantId))(tenantId)
    }, FRESH_MS)
    this.recent.set(tenantId, read)
    return read()
  }

  /**
   * The stats of every tenant except the default one, whose users run the installation and see all jobs.
   * @param open the open jobs of all tenants
   */
  async ofOtherTenants(open: readonly OpenRow[]): Promise<Map<string, QueueStats[]>> {
    const others = (await this.deps.tenantIds()).filter(id => id !== DEFAULT_TENANT_ID)
    if (!others.length) return new Map()
    const statsOf = await this.read(open, null)
    return new Map(others.map(id => [id, statsOf(id)]))
  }

  private async read(counted: readonly OpenRow[] | Promise<OpenRow[]>, tenantId: string | null) {
    const { db } = this.deps
    const [open, timings, pauses] = await Promise.all([counted, readTenantTimings(db, tenantId), readPauses(db)])
    return (id: string): QueueStats[] => {
      const own = open.filter(row => row.tenant_id === id)
      const timed = timings.filter(row => row.tenant_id === id)
      return QUEUE_NAMES.map(name => statsOf(name, own, timed, pauses.get(name)))
    }
  }
}

function statsOf(
  name: QueueName,
  open: readonly OpenRow[],
  timings: readonly TenantTiming[],
  pause: Pause | undefined,
): QueueStats {
  const rows = open.filter(row => row.queue === name)
  const timing = timings.find(row => row.queue === name)
  const since = rows.find(row => row.status === 'pending')?.since
  return {
    name,
    counts: countsOf(rows, timing),
    oldest_waiting_seconds: since ? Math.max(0, Date.now() - since.getTime()) / 1000 : 0,
    ...quantilesOf(timing),
    paused: pause?.paused ?? false,
    paused_by: null,
  }
}

function countsOf(rows: readonly OpenRow[], timing: TenantTiming | undefined): Counts {
  const jobs = (status: string, awaits = false) =>
    rows.find(row => row.status === status && row.awaits_children === awaits)?.jobs ?? 0
  return {
    waiting: jobs('pending'),
    active: jobs('running'),
    delayed: jobs('scheduled'),
    waiting_children: jobs('running', true),
    completed: timing?.completed ?? 0,
    failed: timing?.failed ?? 0,
  }
}

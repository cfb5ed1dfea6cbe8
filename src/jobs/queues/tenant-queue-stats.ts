import { DEFAULT_TENANT_ID } from '../../access'
import { Lru } from '../../base/lru'
import type { Core } from '../core'
import { QUEUE_NAMES, type QueueName } from '../kinds/queues'
import { type Counts, FRESH_MS, fresh, type QueueFigures, quantilesOf } from './queue-stats'
import {
  countOpen,
  type OpenRow,
  type QueueControl,
  readControls,
  readTenantTimings,
  type TenantTiming,
} from './queue-store'

/** Tenants whose figures are remembered; of the others they are read each time. */
const TENANTS_MAX = 1_000

/**
 * The queues as a tenant may see them that shares them with others: the figures of its own jobs, as PostgreSQL has them,
 * and whether a queue is paused, not by whom. Ended jobs are those of the last hour.
 */
export class TenantFigures {
  private readonly recent = new Lru<string, () => Promise<QueueFigures[]>>(TENANTS_MAX)

  constructor(private readonly core: Pick<Core, 'db' | 'tenantIds'>) {}

  /** Read at most once a second for each tenant, however many ask. */
  of(tenantId: string): Promise<QueueFigures[]> {
    const known = this.recent.get(tenantId)
    if (known) return known()
    const read = fresh(async () => {
      const open = countOpen(this.core.db, tenantId)
      return (await this.read(open, tenantId))(tenantId)
    }, FRESH_MS)
    this.recent.set(tenantId, read)
    return read()
  }

  /**
   * Of every tenant but the first, whose people run the installation and see all of it.
   * @param open of all tenants
   */
  async ofGuests(open: readonly OpenRow[]): Promise<Map<string, QueueFigures[]>> {
    const guests = (await this.core.tenantIds()).filter(id => id !== DEFAULT_TENANT_ID)
    if (!guests.length) return new Map()
    const figuresOf = await this.read(open, null)
    return new Map(guests.map(id => [id, figuresOf(id)]))
  }

  private async read(counted: readonly OpenRow[] | Promise<OpenRow[]>, tenantId: string | null) {
    const { db } = this.core
    const [open, timings, controls] = await Promise.all([counted, readTenantTimings(db, tenantId), readControls(db)])
    return (id: string): QueueFigures[] => {
      const own = open.filter(row => row.tenant_id === id)
      const timed = timings.filter(row => row.tenant_id === id)
      return QUEUE_NAMES.map(name => figuresOf(name, own, timed, controls.get(name)))
    }
  }
}

function figuresOf(
  name: QueueName,
  open: readonly OpenRow[],
  timings: readonly TenantTiming[],
  control: QueueControl | undefined,
): QueueFigures {
  const rows = open.filter(row => row.queue === name)
  const timing = timings.find(row => row.queue === name)
  const since = rows.find(row => row.status === 'pending')?.since
  return {
    name,
    counts: countsOf(rows, timing),
    oldest_waiting_seconds: since ? Math.max(0, Date.now() - since.getTime()) / 1000 : 0,
    ...quantilesOf(timing),
    paused: control?.paused ?? false,
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

import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { againLater } from '../../base/outage'
import type { Writer } from '../../streams'
import { announceQueues } from './queue-stats'
import { countOpen, type OpenRow } from './queue-store'
import type { TenantQueueStats } from './tenant-queue-stats'

/** Part of what is told of a tenant; every tenant has one, also who has nothing. */
export type StatsSource = () => Promise<(tenantId: string) => Record<string, unknown>>

const EVERY_MS = 10_000
/** Counting may take one part in so many of the time, however much there is to count. */
const SHARE = 20
const OPEN = ['scheduled', 'pending', 'running'] as const

interface Deps {
  db: Db
  streams: Writer
  queueStats: TenantQueueStats
  tenantIds(): Promise<string[]>
  /** Whether this process is the one that publishes. */
  isLeader(): boolean
  log: Log
}

/** Sums up each tenant for its pages and for whoever listens (`stats_updated`): one process of all counts, for all tenants at once. */
export class TenantStats implements Part {
  readonly name = 'stats'
  private readonly sources: StatsSource[] = []
  private timer: NodeJS.Timeout | undefined
  private telling: Promise<void> | undefined
  private stopped = false

  constructor(private readonly deps: Deps) {}

  /** What an area has to say; to be added before the start. */
  add(source: StatsSource) {
    this.sources.push(source)
  }

  async start() {
    this.wait(EVERY_MS)
  }

  private wait(ms: number) {
    if (this.stopped) return
    this.timer = setTimeout(() => {
      this.telling = this.tellInTime()
    }, ms)
    this.timer.unref()
  }

  private async tellInTime() {
    const began = performance.now()
    if (this.deps.isLeader()) await this.tell().catch(error => this.trouble(error))
    const tookMs = performance.now() - began
    this.wait(Math.max(EVERY_MS - tookMs, SHARE * tookMs))
  }

  private async tell() {
    const { db, streams, tenantIds } = this.deps
    const [open, tenants, ...others] = await Promise.all([countOpen(db), tenantIds(), ...this.sources.map(s => s())])
    const parts = [openJobs(open), ...others]
    for (const tenantId of tenants) {
      const data = Object.assign({}, ...parts.map(part => part(tenantId)))
      streams.announce(
        { tenantId, name: 'events' },
        { kind: 'stats_updated', source: 'tailrace', data: { labels: {}, data } },
      )
    }
    for (const [tenantId, queues] of await this.deps.queueStats.ofGuests(open))
      announceQueues(streams, tenantId, queues)
  }

  private trouble(error: unknown) {
    againLater(this.deps.log, 'Stats are told later')(error)
  }

  async stop() {
    this.stopped = true
    clearTimeout(this.timer)
    await this.telling
  }
}

function openJobs(found: readonly OpenRow[]) {
  return (tenantId: string) => {
    const own = found.filter(row => row.tenant_id === tenantId)
    const jobs = (name: string) => own.reduce((sum, row) => sum + (row.status === name ? row.jobs : 0), 0)
    return { jobs: Object.fromEntries(OPEN.map(name => [name, jobs(name)])) }
  }
}

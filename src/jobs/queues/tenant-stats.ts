import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import type { QueueStats, QueueStatsEvent } from '../../contract/queues'
import type { Writer } from '../../streams'
import { type CountedRow, countJobsByQueue } from './queue-store'
import type { TenantQueueStats } from './tenant-queue-stats'

/** One part of the stats. The function it resolves with must support every tenant, even one without data. */
export type StatsSource = () => Promise<(tenantId: string) => Record<string, unknown>>

const EVERY_MS = 10_000
/** The pause between two counts is at least this many times as long as the last one took. */
const SHARE = 20
const OPEN = ['scheduled', 'pending', 'running'] as const

interface Deps {
  db: Db
  streams: Writer
  queueStats: TenantQueueStats
  tenantIds(): Promise<string[]>
  /** Whether this process publishes stats. */
  isLeader(): boolean
  log: Log
}

/** Publishes `stats_updated` and `queue_stats` to each tenant: the leader counts for all tenants at once. */
export class TenantStats implements Part {
  readonly name = 'stats'
  private readonly sources: StatsSource[] = []
  private timer: NodeJS.Timeout | undefined
  private publishing: Promise<void> | undefined
  private stopped = false

  constructor(private readonly deps: Deps) {}

  /** Adds an area's part; call before `start`. */
  add(source: StatsSource) {
    this.sources.push(source)
  }

  async start() {
    this.wait(EVERY_MS)
  }

  private wait(ms: number) {
    if (this.stopped) return
    this.timer = setTimeout(() => {
      this.publishing = this.publishAndWait()
    }, ms)
    this.timer.unref()
  }

  private async publishAndWait() {
    const began = performance.now()
    if (this.deps.isLeader())
      await this.publish().catch(logRetryable(this.deps.log, 'Cannot publish stats, will retry'))
    const tookMs = performance.now() - began
    this.wait(Math.max(EVERY_MS - tookMs, SHARE * tookMs))
  }

  private async publish() {
    const { db, streams, tenantIds, queueStats } = this.deps
    const [counted, tenants, ...others] = await Promise.all([
      countJobsByQueue(db),
      tenantIds(),
      ...this.sources.map(s => s()),
    ])
    const parts = [openJobs(counted), ...others]
    for (const tenantId of tenants) {
      const data = Object.assign({}, ...parts.map(part => part(tenantId)))
      streams.announce(
        { tenantId, name: 'events' },
        { kind: 'stats_updated', source: 'tailrace', data: { labels: {}, data } },
      )
    }
    for (const [tenantId, queues] of await queueStats.ofAll(tenants, counted)) announceQueues(streams, tenantId, queues)
  }

  async stop() {
    this.stopped = true
    clearTimeout(this.timer)
    await this.publishing
  }
}

function openJobs(counted: readonly CountedRow[]) {
  return (tenantId: string) => {
    const own = counted.filter(row => row.tenant_id === tenantId)
    const jobs = (name: string) => own.reduce((sum, row) => sum + (row.count === name ? row.jobs : 0), 0)
    return { jobs: Object.fromEntries(OPEN.map(name => [name, jobs(name)])) }
  }
}

/** Publishes `queue_stats` as a tenant event. */
export function announceQueues(streams: Writer, tenantId: string, queues: QueueStats[]) {
  const data: QueueStatsEvent = { queues }
  streams.announce({ tenantId, name: 'events' }, { kind: 'queue_stats', source: 'jobs', data: { labels: {}, data } })
}

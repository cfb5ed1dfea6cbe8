import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Part } from '../../base/lifecycle'
import { logRetryable } from '../../base/outage'
import { noOutcome } from '../checks/no-outcome'
import type { Recorder } from '../history/recorder'
import { type CheckerDeps, createChecker } from './checker'
import { Heartbeats } from './heartbeats'
import { Lanes } from './lanes'
import { type LoadedMonitor, loadShards } from './load-store'
import { createScheduleMetrics } from './metrics'
import type { MonitorNotifier } from './notifier'
import { hostOf, isActive } from './run-check'
import { Scheduled } from './scheduled'
import type { OwnedShard } from './shard-store'
import { Shards } from './shards'

export interface SchedulerDeps extends Omit<CheckerDeps, 'signal'> {
  db: Db
  notifier: MonitorNotifier
  recorder: Pick<Recorder, 'record' | 'recordLater'>
  metrics: Parameters<typeof createScheduleMetrics>[0]
  now(): number
}

/** So many overdue monitors are checked at once; more are spread over a while, so that a start is no burst. */
const AT_ONCE = 20
const SPREAD_MS = 6_000

/**
 * Checks the monitors of the shards that this process owns, each at its own times. Routine checks are no jobs: there are
 * too many of them, and each is soon followed by the next.
 */
export class Scheduler implements Part {
  readonly name = 'monitors'
  private readonly shards: Shards
  private readonly lanes = new Lanes()
  private readonly heartbeats: Heartbeats
  private readonly metrics
  private readonly check
  private readonly monitors = new Map<string, Scheduled>()
  /** By shard: the version of its monitors that is loaded. */
  private readonly loaded = new Map<number, number>()
  private readonly stopping = new AbortController()
  private readonly late = new Set<NodeJS.Timeout>()

  constructor(private readonly deps: SchedulerDeps) {
    const { db, log } = deps
    this.shards = new Shards({ db, log, onOwned: owned => this.own(owned) })
    this.heartbeats = new Heartbeats(deps)
    this.metrics = createScheduleMetrics(deps.metrics, this.lanes)
    this.check = createChecker({ ...deps, signal: this.stopping.signal })
  }

  async start() {
    this.deps.notifier.listen(() => this.shards.look())
    this.shards.start()
  }

  async stop() {
    await this.shards.stop()
    this.stopping.abort(new Error('The process stops'))
    for (const timer of this.late) clearTimeout(timer)
    for (const scheduled of this.monitors.values()) scheduled.stop()
  }

  private async own(owned: readonly OwnedShard[]) {
    const mine = new Set(owned.map(({ shard }) => shard))
    for (const shard of this.loaded.keys()) if (!mine.has(shard)) this.drop(shard)
    const changed = owned.filter(({ shard, version }) => this.loaded.get(shard) !== version)
    if (!changed.length) return
    const found = await loadShards(
      this.deps.db,
      changed.map(({ shard }) => shard),
    )
    if (this.stopping.signal.aborted) return
    for (const { shard, version } of changed) this.loaded.set(shard, version)
    this.replace(new Set(changed.map(({ shard }) => shard)), found)
  }

  private drop(shard: number) {
    this.loaded.delete(shard)
    this.replace(new Set([shard]), [])
  }

  /** Makes what is scheduled of these shards the same as what was found. */
  private replace(shards: ReadonlySet<number>, found: readonly LoadedMonitor[]) {
    const ids = new Set(found.map(({ id }) => id))
    for (const [id, scheduled] of this.monitors) {
      if (!shards.has(scheduled.monitor.shard) || ids.has(id)) continue
      scheduled.stop()
      this.monitors.delete(id)
    }
    const overdue: [Scheduled, number | null][] = []
    for (const monitor of found) {
      const known = this.monitors.get(monitor.id)
      if (known?.monitor.updated_at.getTime() === monitor.updated_at.getTime()) continue
      const scheduled = known ?? this.add(monitor)
      scheduled.monitor = monitor
      const since = scheduled.overdueSince()
      if (isActive(monitor) && (known || since !== undefined)) overdue.push([scheduled, since ?? null])
      scheduled.wait()
    }
    this.catchUp(overdue)
  }

  private add(monitor: LoadedMonitor): Scheduled {
    const { now } = this.deps
    const scheduled = new Scheduled(monitor, { now, onDue: (each, dueAt) => this.onDue(each, dueAt) })
    this.monitors.set(monitor.id, scheduled)
    return scheduled
  }

  /** Checks what should have been checked already, and what has been changed. */
  private catchUp(overdue: readonly [Scheduled, number | null][]) {
    for (const [i, [scheduled, dueAt]] of overdue.entries()) {
      const delay = overdue.length <= AT_ONCE ? 0 : (i / overdue.length) * SPREAD_MS
      const timer = setTimeout(() => {
        this.late.delete(timer)
        if (this.monitors.get(scheduled.monitor.id) === scheduled && !scheduled.isBusy) this.enter(scheduled, dueAt)
      }, delay)
      this.late.add(timer)
    }
  }

  private onDue(scheduled: Scheduled, dueAt: number) {
    if (scheduled.monitor.type === 'push') return void this.expectHeartbeat(scheduled)
    if (!scheduled.isBusy) this.enter(scheduled, dueAt)
    else if (scheduled.giveUp?.()) this.skip(scheduled, dueAt)
    else this.metrics.skipped.inc({ reason: 'running' })
    scheduled.wait()
  }

  private enter(scheduled: Scheduled, dueAt: number | null) {
    const { monitor } = scheduled
    if (!isActive(monitor)) return
    scheduled.isBusy = true
    scheduled.giveUp = this.lanes.enter(monitor.tenant_id, hostOf(monitor), async () => {
      scheduled.giveUp = undefined
      if (dueAt !== null) this.metrics.lag.observe(Math.max(0, this.deps.now() - dueAt) / 1_000)
      await this.check(scheduled, monitor, dueAt).catch(error =>
        this.deps.log.error('A check failed', { error: messageOf(error) }),
      )
      scheduled.isBusy = false
    })
  }

  /** So many checks are under way that this one did not come to be made. */
  private skip(scheduled: Scheduled, dueAt: number) {
    scheduled.isBusy = false
    const { id, type } = scheduled.monitor
    this.metrics.skipped.inc({ reason: 'limit' })
    const outcome = noOutcome('unknown', {
      code: 'limit_reached',
      message: 'It was not checked: too many checks of this host or tenant are under way and take too long',
    })
    this.deps.recorder.recordLater(type, { monitorId: id, outcome, attempts: 0, by: 'schedule', dueAt })
  }

  private async expectHeartbeat(scheduled: Scheduled) {
    const retry = logRetryable(this.deps.log, 'Cannot look for heartbeats, will retry')
    const current = await this.heartbeats.expect(scheduled.monitor.id).catch(retry)
    if (this.monitors.get(scheduled.monitor.id) !== scheduled) return
    if (current) scheduled.monitor = { ...scheduled.monitor, checked_at: current }
    scheduled.wait()
  }
}

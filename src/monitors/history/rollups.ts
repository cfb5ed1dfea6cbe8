import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { DAY_MS, ensurePartitions } from '../../base/partitions'
import { type Grain, lockProgress, type Span, storeProgress, sumDay, sumHour } from './rollup-store'

const HOUR_MS = 3_600_000
/** Checks may be stored late: they wait while PostgreSQL is away. */
const GRACE_MS = 15 * 60_000
const EVERY_MS = 60_000
/** Hours or days that are caught up on in one go. */
const STEPS_MAX = 48

interface Deps {
  db: Db
  log: Log
  /** Whether this process sums up for all. */
  isLeader(): boolean
  now(): number
}

/** Sums up checks by hour and by day, soon after each has ended, and makes the partitions for the days to come. */
export class Rollups implements Part {
  readonly name = 'monitor history'
  private timer: NodeJS.Timeout | undefined
  private round: Promise<void> | undefined

  constructor(private readonly deps: Deps) {}

  async start() {
    await ensurePartitions(this.deps.db, 'monitor_checks')
    this.timer = setInterval(() => this.lookIfLeader(), EVERY_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    await this.round
  }

  private lookIfLeader() {
    if (this.round || !this.deps.isLeader()) return
    const retry = logRetryable(this.deps.log, 'Cannot sum up checks of monitors, will retry')
    this.round = this.look()
      .catch(retry)
      .finally(() => {
        this.round = undefined
      })
  }

  /** Sums up all that has ended and not been summed up. Doing it again changes nothing. */
  async look(): Promise<void> {
    await ensurePartitions(this.deps.db, 'monitor_checks')
    await this.catchUp('hour', HOUR_MS, GRACE_MS)
    // a day is the sum of its hours
    await this.catchUp('day', DAY_MS, GRACE_MS + HOUR_MS)
  }

  private async catchUp(grain: Grain, lengthMs: number, graceMs: number) {
    for (let step = 0; step < STEPS_MAX; step++) if (!(await this.sumNext(grain, lengthMs, graceMs))) return
  }

  /** @returns whether there was something to sum up */
  private sumNext(grain: Grain, lengthMs: number, graceMs: number): Promise<boolean> {
    return this.deps.db.transaction(async trx => {
      const from = await lockProgress(trx, grain)
      const to = new Date(from.getTime() + lengthMs)
      if (to.getTime() + graceMs > this.deps.now()) return false
      const span: Span = { from, to }
      await (grain === 'hour' ? sumHour(trx, span) : sumDay(trx, span))
      await storeProgress(trx, grain, to)
      return true
    })
  }
}

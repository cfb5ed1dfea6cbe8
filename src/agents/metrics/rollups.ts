import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { DAY_MS, ensureSpan, HOUR_MS, listSpans } from '../../base/partitions'
import {
  closeMinutes,
  type Grain,
  lockProgress,
  MINUTES,
  readProgress,
  storeProgress,
  sumMinutes,
  sumTenMinutes,
  TEN_MINUTES,
} from './rollup-store'
import { hasSubjects, lockForSamples, SAMPLES, takeLate } from './sample-store'
import { MINUTE_MS, TEN_MINUTES_MS } from './tiers'

/** A minute is closed so long after its end. Samples that come later are summed up by and by. */
const GRACE_MS = 15_000
const EVERY_MS = 20_000
/** Partitions are made so far ahead, so a database that is away for long is no reason to lose samples. */
const HOURS_AHEAD_MS = 6 * HOUR_MS
const DAYS_AHEAD_MS = 2 * DAY_MS
/** Summed up in one transaction, when there is much to catch up on. */
const STEP_MS = HOUR_MS
const LATE_MAX = 50

interface Deps {
  db: Db
  log: Log
  /** How long samples are kept. */
  keptMs: number
  /** Whether this process sums up for all. */
  isLeader(): boolean
  now(): number
}

/** Sums up samples by minute and by ten minutes, and makes the partitions for the hours to come. */
export class Rollups implements Part {
  readonly name = 'agent metrics'
  private timer: NodeJS.Timeout | undefined
  private round: Promise<void> | undefined

  constructor(private readonly deps: Deps) {}

  async start() {
    await this.ensurePartitions()
    this.timer = setInterval(() => this.lookIfLeader(), EVERY_MS)
    this.timer.unref()
  }

  async stop() {
    clearInterval(this.timer)
    await this.round
  }

  private lookIfLeader() {
    if (this.round || !this.deps.isLeader()) return
    const retry = logRetryable(this.deps.log, 'Cannot sum up what agents measured, will retry')
    this.round = this.look()
      .catch(retry)
      .finally(() => {
        this.round = undefined
      })
  }

  /** Sums up all that has ended or came late. Doing it again changes nothing. */
  async look(): Promise<void> {
    const { db, now } = this.deps
    await this.ensurePartitions()
    await closeMinutes(db, new Date(floorTo(now() - GRACE_MS, MINUTE_MS)))
    while (await this.sumNext('minute'));
    while (await this.sumNext('ten_minutes'));
    while (await this.sumLate());
  }

  private async ensurePartitions() {
    const { db, now, keptMs } = this.deps
    // before anything was measured, the past needs no partitions
    const from = new Date(now() - ((await hasSubjects(db)) ? keptMs : 0))
    await ensureSpan(db, SAMPLES, 'hour', { from, to: new Date(now() + HOURS_AHEAD_MS) })
    // late samples reach back as far as samples are kept
    const days = { from, to: new Date(now() + DAYS_AHEAD_MS) }
    await ensureSpan(db, MINUTES, 'day', days)
    await ensureSpan(db, TEN_MINUTES, 'day', days)
  }

  /** @returns whether there was something to sum up */
  private sumNext(grain: Grain): Promise<boolean> {
    return this.deps.db.transaction(async trx => {
      await lockForSamples(trx)
      const { done_until: done } = await lockProgress(trx, grain)
      const [oldest] = await listSpans(trx, SAMPLES, 'hour')
      const from = Math.max(done.getTime(), oldest?.from.getTime() ?? 0)
      const end = await readProgress(trx, 'minute')
      const to = grain === 'minute' ? end.closed_until.getTime() : floorTo(end.done_until.getTime(), TEN_MINUTES_MS)
      if (from >= to) return false
      const span = { from: new Date(from), to: new Date(Math.min(to, from + STEP_MS)) }
      await (grain === 'minute' ? sumMinutes : sumTenMinutes)(trx, span, null)
      await storeProgress(trx, grain, span.to)
      return true
    })
  }

  /** @returns whether there was something */
  private sumLate(): Promise<boolean> {
    return this.deps.db.transaction(async trx => {
      await lockForSamples(trx)
      const late = await takeLate(trx, LATE_MAX)
      const kept = new Set((await listSpans(trx, SAMPLES, 'hour')).map(({ from }) => from.getTime()))
      const minutes = await lockProgress(trx, 'minute')
      const ten = await lockProgress(trx, 'ten_minutes')
      for (const { agentId, from } of late) {
        // of an hour that was dropped meanwhile, the sums are all there is
        if (!kept.has(floorTo(from.getTime(), HOUR_MS))) continue
        const to = new Date(from.getTime() + TEN_MINUTES_MS)
        const summed = to < minutes.done_until ? to : minutes.done_until
        if (from < summed) await sumMinutes(trx, { from, to: summed }, agentId)
        if (to <= ten.done_until) await sumTenMinutes(trx, { from, to }, agentId)
      }
      return late.length > 0
    })
  }
}

const floorTo = (at: number, length: number) => Math.floor(at / length) * length

import type { Db } from '../../base/db'
import { newId } from '../../base/ids'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { withTimeout } from '../../base/request-timeout'
import { SHARDS } from '../monitors/monitor-store'
import { type OwnedShard, releaseShards, renewShards, reportAlive } from './shard-store'

/** How often a process renews its shards and looks for changes of their monitors. */
const EVERY_MS = 2_000
/** Shards of a process that does not renew them for so long go to others. */
const LEASE_MS = 6_000
/** A process that stops does not wait for PostgreSQL longer than others wait for its shards. */
const HAND_OVER_MS = 2_000

interface Deps {
  db: Db
  log: Log
  /** Called after each round with the shards that this process owns. */
  onOwned(shards: readonly OwnedShard[]): Promise<void>
}

/**
 * Divides the shards evenly among all processes that check. While PostgreSQL is away nobody can take over, so a process
 * goes on with what it has; should another have taken over all the same, each check is still stored once.
 */
export class Shards {
  private readonly id = newId()
  private timer: NodeJS.Timeout | undefined
  private round: Promise<void> | undefined
  private again = false
  private stopped = false

  constructor(private readonly deps: Deps) {}

  start() {
    this.look()
  }

  async stop() {
    this.stopped = true
    clearTimeout(this.timer)
    const retry = logRetryable(this.deps.log, 'Cannot hand over monitors: others take them when they expire')
    await withTimeout(HAND_OVER_MS, () => this.handOver()).catch(retry)
  }

  private async handOver() {
    await this.round
    await releaseShards(this.deps.db, this.id)
  }

  /** Looks now: something has changed. */
  look() {
    if (this.stopped) return
    if (this.round) {
      this.again = true
      return
    }
    clearTimeout(this.timer)
    const retry = logRetryable(this.deps.log, 'Cannot renew the ownership of monitors, will retry')
    this.round = this.renew()
      .catch(retry)
      .finally(() => this.wait())
  }

  private wait() {
    this.round = undefined
    if (this.again) {
      this.again = false
      return this.look()
    }
    this.timer = setTimeout(() => this.look(), EVERY_MS)
    this.timer.unref()
  }

  private async renew() {
    const owned = await this.deps.db.transaction(async trx => {
      const alive = await reportAlive(trx, this.id, LEASE_MS)
      return renewShards(trx, this.id, Math.ceil(SHARDS / alive), LEASE_MS)
    })
    if (!this.stopped) await this.deps.onOwned(owned)
  }
}

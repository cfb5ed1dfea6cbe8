import type { Db } from '../../base/db'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { type Beat, findTimedOut, storeBeats } from './heartbeat-store'
import type { OpenAlert } from './open-alert'

interface Deps {
  db: Db
  log: Log
  /** Called with alerts that were repeated here, but that another process has resolved as not repeated in time. */
  onOverruled(tenantId: string, alerts: OpenAlert[]): void
}

const FLUSH_MS = 2_000
/** Rows per statement, to keep locks short. */
const STATEMENT_MAX = 1_000

/** Repeated alerts whose times or texts have changed in memory, until they are stored. */
export class Heartbeats {
  /** By tenant and id. */
  private waiting = new Map<string, Map<string, Beat>>()
  private flushing: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly deps: Deps) {}

  start() {
    this.timer = setInterval(
      () =>
        void this.flush().catch(logRetryable(this.deps.log, 'Cannot store repeated alerts, will retry', {}, 'warn')),
      FLUSH_MS,
    )
    this.timer.unref()
  }

  /** Stores what is left. @throws if that fails */
  async stop() {
    clearInterval(this.timer)
    await this.flushing?.catch(() => undefined) // reported where it was started
    await this.flush()
  }

  add(tenantId: string, alert: OpenAlert, hasNewTexts: boolean) {
    const beats = this.waiting.get(tenantId) ?? new Map<string, Beat>()
    this.waiting.set(tenantId, beats)
    const known = beats.get(alert.id)
    beats.set(alert.id, { alert, hasNewTexts: hasNewTexts || (known?.hasNewTexts ?? false) })
  }

  /** Stores everything added so far. @throws the error of the database; everything is kept for the next time */
  async flush(): Promise<void> {
    while (this.flushing) await this.flushing
    if (!this.waiting.size) return
    this.flushing = this.store().finally(() => {
      this.flushing = undefined
    })
    await this.flushing
  }

  private async store() {
    const stored = this.waiting
    this.waiting = new Map()
    try {
      for (const [tenantId, beats] of stored) await this.storeTenant(tenantId, beats)
    } catch (error) {
      for (const [tenantId, beats] of stored)
        for (const { alert, hasNewTexts } of beats.values()) this.add(tenantId, alert, hasNewTexts)
      throw error
    }
  }

  private async storeTenant(tenantId: string, beats: Map<string, Beat>) {
    const all = [...beats.values()]
    for (let from = 0; from < all.length; from += STATEMENT_MAX) {
      const batch = all.slice(from, from + STATEMENT_MAX)
      const stored = await storeBeats(this.deps.db, tenantId, batch)
      for (const { alert } of batch) beats.delete(alert.id)
      if (stored.size < batch.length) await this.checkOthers(tenantId, batch, stored)
    }
  }

  private async checkOthers(tenantId: string, batch: readonly Beat[], stored: ReadonlySet<string>) {
    const others = batch.flatMap(({ alert }) => (stored.has(alert.id) ? [] : [alert]))
    const ids = others.map(({ id }) => id)
    const overruled = await findTimedOut(this.deps.db, tenantId, ids)
    if (overruled.size)
      this.deps.onOverruled(
        tenantId,
        others.filter(({ id }) => overruled.has(id)),
      )
  }
}

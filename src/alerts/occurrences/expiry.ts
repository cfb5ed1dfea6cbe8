import type { Db } from '../../base/db'
import type { Part } from '../../base/lifecycle'
import type { Log } from '../../base/log'
import { logRetryable } from '../../base/outage'
import { findEnded, resolveEnded } from './expiry-store'
import type { OpenAlerts } from './open-alerts'

interface Deps {
  db: Db
  log: Log
  open: OpenAlerts
}

const CHECK_MS = 1_000
/** Tenants that are not in memory are looked for in the database, which takes longer. */
const SWEEP_MS = 10_000
/** Another process may have a repeat that it has not stored yet; it stores them every two seconds. */
const GRACE_MS = 5_000
const BATCH_MAX = 1_000

/** Resolves alerts that were not repeated in time. Several processes may do this at once. */
export class Expiry implements Part {
  readonly name = 'alert expiry'
  private timers: NodeJS.Timeout[] = []
  private running: Promise<void> | undefined

  constructor(private readonly deps: Deps) {}

  async start() {
    this.timers = [
      setInterval(() => this.begin(() => this.check()), CHECK_MS),
      setInterval(() => this.begin(() => this.sweep()), SWEEP_MS),
    ]
    for (const timer of this.timers) timer.unref()
  }

  async stop() {
    for (const timer of this.timers) clearInterval(timer)
    await this.running
  }

  private begin(work: () => Promise<unknown>) {
    this.running ??= work()
      .then(() => undefined, logRetryable(this.deps.log, 'Cannot resolve alerts that have ended, will retry'))
      .finally(() => {
        this.running = undefined
      })
  }

  /** Resolves alerts of the tenants in memory. @returns how many */
  async check(nowMs = Date.now()): Promise<number> {
    let count = 0
    for (const tenantId of this.deps.open.knownTenants()) {
      const ended = this.deps.open.known(tenantId)?.ended(nowMs - GRACE_MS) ?? []
      if (!ended.length) continue
      // Other processes may have stored later ends.
      await this.deps.open.memoryOf(tenantId)
      count += await this.resolve(tenantId, this.endedIds(tenantId, nowMs), nowMs)
    }
    return count
  }

  private endedIds(tenantId: string, nowMs: number): string[] {
    return (this.deps.open.known(tenantId)?.ended(nowMs - GRACE_MS) ?? []).map(({ id }) => id)
  }

  /** Resolves alerts of other tenants. @returns how many */
  async sweep(nowMs = Date.now()): Promise<number> {
    const { db, open } = this.deps
    const found = await findEnded(db, open.knownTenants(), new Date(nowMs - GRACE_MS), BATCH_MAX)
    let count = 0
    for (const [tenantId, rows] of byTenant(found))
      count += await this.resolve(
        tenantId,
        rows.map(({ id }) => id),
        nowMs,
      )
    return count
  }

  private async resolve(tenantId: string, ids: string[], nowMs: number): Promise<number> {
    let count = 0
    for (let from = 0; from < ids.length; from += BATCH_MAX) {
      const batch = ids.slice(from, from + BATCH_MAX)
      const resolved = await resolveEnded(this.deps.db, tenantId, batch, new Date(nowMs - GRACE_MS))
      if (resolved) this.deps.open.changed(tenantId)
      count += resolved
    }
    return count
  }
}

function byTenant(found: readonly { tenant_id: string; id: string }[]) {
  const tenants = new Map<string, { id: string }[]>()
  for (const row of found) tenants.set(row.tenant_id, [...(tenants.get(row.tenant_id) ?? []), row])
  return tenants
}

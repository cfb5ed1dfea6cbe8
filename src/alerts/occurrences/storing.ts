import type { Db, Transaction } from '../../base/db'
import { Lru } from '../../base/lru'
import type { Labels } from '../../contract/matchers'
import { findResolved, isStored, type NewRow, storeChanges } from './alert-store'
import { lockHead } from './heads-store'
import type { Heartbeats } from './heartbeats'
import type { Period } from './merge'
import type { OpenAlerts } from './open-alerts'
import { Plan, type Repeat, type Report, rowOf, touches } from './plan'
import type { TenantMemory } from './tenant-memory'

/** Alerts that were accepted together. */
export interface Call {
  reports: readonly Report[]
  /** The first report that is not stored yet. */
  next: number
  refused: number
  /** By `performance.now()`. */
  since: number
  /** Stored without other calls, because storing them together has failed. */
  isAlone: boolean
  resolve(result: { refused: number }): void
  reject(error: unknown): void
}

/** One commit. */
export interface Step {
  tenantId: string
  calls: readonly Call[]
  plan: Plan | undefined
  /** Of the rows that it adds, once it may have been committed. */
  firstId: string | undefined
  /** Which reports it stores. */
  taken: { call: Call; upTo: number; refused: number }[]
}

interface Deps {
  db: Db
  open: OpenAlerts
  heartbeats: Heartbeats
  /** Open alerts per tenant. */
  openMax: number
}

/** Ends that were stored lately: senders repeat them for a quarter of an hour. */
const ENDS_KEPT = 50_000
/** A repeat that moves the end further than this may be the only one, so it is stored before it is confirmed. */
const FAR_MS = 10 * 60_000

/** Decides what reports change and stores it. */
export class Storing {
  private readonly ends = new Lru<string, { startsAt: number; endsAt: number }>(ENDS_KEPT)

  /** Tenants with repeats that must be stored before they are confirmed. */
  private readonly far = new Set<string>()

  constructor(private readonly deps: Deps) {}

  /** Stores as many reports as one commit takes. Nothing is applied to memory before it is committed. */
  async store(step: Step): Promise<void> {
    const { db, open } = this.deps
    const known = open.known(step.tenantId)
    const memory = known && known.nextEnd > Date.now() ? known : await open.memoryOf(step.tenantId)
    const plan = this.planOf(step, memory)
    const version = plan.hasChanges ? await this.commit(db, step, plan) : await this.confirm(step, plan)
    if (version !== undefined) return this.apply(step, plan, version)
    await this.storeLocked(step)
  }

  /** After another process has changed something: keeps the others out until the commit. */
  private async storeLocked(step: Step): Promise<void> {
    const { db, open } = this.deps
    const { plan, version } = await db.transaction(async trx => {
      await lockHead(trx, step.tenantId)
      const planned = this.planOf(step, await open.memoryOf(step.tenantId, trx))
      const stored = planned.hasChanges ? await this.commit(trx, step, planned) : planned.version
      if (stored === undefined) throw new Error('The head of alerts has changed although it was locked')
      return { plan: planned, version: stored }
    })
    this.apply(step, plan, version)
  }

  /** Whether a step whose answer was lost has been committed. Waits until it is decided. */
  wasStored({ tenantId, firstId }: Step): Promise<boolean> {
    return this.deps.db.transaction(async trx => {
      await lockHead(trx, tenantId)
      return firstId !== undefined && isStored(trx, firstId)
    })
  }

  private planOf(step: Step, memory: TenantMemory): Plan {
    const { tenantId } = step
    const plan = new Plan(memory, Date.now(), this.deps.openMax, (fingerprint, period) => {
      const end = this.ends.get(tenantId + fingerprint)
      return end !== undefined && touches(end, period)
    })
    step.plan = plan
    step.firstId = undefined
    step.taken = []
    for (const call of step.calls) {
      if (call.isAlone && step.taken.length) break
      const refusedBefore = plan.refused
      let upTo = call.next
      while (upTo < call.reports.length && plan.take(call.reports[upTo] as Report)) upTo++
      if (upTo > call.next) step.taken.push({ call, upTo, refused: plan.refused - refusedBefore })
      if (upTo < call.reports.length || call.isAlone) break
    }
    return plan
  }

  /** @returns the new version, undefined if another process was faster */
  private async commit(db: Db | Transaction, step: Step, plan: Plan): Promise<number | undefined> {
    const { tenantId } = step
    const added = [...plan.added.values(), ...(await this.newEnds(db, tenantId, plan))]
    const resolved = [...plan.resolved.values()]
    if (!added.length && !resolved.length) return db === this.deps.db ? this.confirm(step, plan) : plan.version
    step.firstId = added[0]?.alert.id
    const version = await storeChanges(db, tenantId, plan.version, { added, resolved })
    if (version !== undefined) for (const { alert } of added) alert.version = version
    return version
  }

  /** Rows for alerts that are over and not stored yet. */
  private async newEnds(db: Db, tenantId: string, { ends }: Plan): Promise<NewRow[]> {
    if (!ends.size) return []
    const periods = [...ends].map(([fingerprint, { period }]) => ({ fingerprint, ...period }))
    const stored = await findResolved(db, tenantId, periods)
    const rows: NewRow[] = []
    for (const [fingerprint, { report, period }] of ends)
      if (!stored.has(fingerprint)) rows.push({ ...rowOf(report, period, period.endsAt), resolved: 'sender' })
    return rows
  }

  /** For repeats alone: whether the alerts are still the same. */
  private async confirm(step: Step, plan: Plan): Promise<number | undefined> {
    const memory = await this.deps.open.memoryOf(step.tenantId)
    return memory === plan.memory && memory.version === plan.version ? plan.version : undefined
  }

  private apply({ tenantId }: Step, plan: Plan, version: number): void {
    const { memory } = plan
    // Otherwise the memory has read on meanwhile, these changes included.
    if (memory.version === plan.version && version > plan.version) {
      for (const { id } of plan.resolved.values()) memory.remove(id)
      for (const { alert } of plan.added.values()) memory.put(alert)
      memory.version = version
    }
    for (const [fingerprint, end] of plan.resolved) this.keepEnd(tenantId, fingerprint, end)
    for (const [fingerprint, { period }] of plan.ends) this.keepEnd(tenantId, fingerprint, period)
    for (const repeat of plan.repeats.values()) this.repeat(tenantId, memory, repeat)
    if (version > plan.version) this.deps.open.changed(tenantId)
  }

  /** Stores repeats that cannot wait for the next heartbeat. */
  async storeFar(tenantId: string): Promise<void> {
    if (!this.far.has(tenantId)) return
    await this.deps.heartbeats.flush()
    this.far.delete(tenantId)
  }

  private keepEnd(tenantId: string, fingerprint: string, { startsAt, endsAt }: Pick<Period, 'startsAt' | 'endsAt'>) {
    this.ends.set(tenantId + fingerprint, { startsAt, endsAt })
  }

  private repeat(tenantId: string, memory: TenantMemory, repeat: Repeat): void {
    const { startsAt, endsAt, hasGivenEnd, annotations, generatorUrl } = repeat
    // Reading on may have replaced it.
    const alert = memory.byId(repeat.alert.id)
    if (!alert) return
    alert.updatedAt = Date.now()
    const hasNewTexts = alert.generatorUrl !== generatorUrl || !areSame(alert.annotations, annotations)
    const hasMoved = alert.startsAt !== startsAt || alert.endsAt !== endsAt || alert.hasGivenEnd !== hasGivenEnd
    if (!hasNewTexts && !hasMoved) return
    if (Math.abs((alert.endsAt ?? 0) - (endsAt ?? 0)) > FAR_MS) this.far.add(tenantId)
    Object.assign(alert, { startsAt, endsAt, hasGivenEnd })
    if (hasNewTexts) Object.assign(alert, { annotations, generatorUrl })
    memory.endMoved(alert)
    this.deps.heartbeats.add(tenantId, alert, hasNewTexts)
  }
}

function areSame(a: Labels, b: Labels): boolean {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) if (a[name] !== b[name]) return false
  return true
}

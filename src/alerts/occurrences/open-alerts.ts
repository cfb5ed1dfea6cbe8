import { Batcher } from '../../base/batcher'
import type { Db, Transaction } from '../../base/db'
import type { Bus } from '../../streams'
import { readChanges, readOpen, readOpenById } from './alert-store'
import { type Heads, readHeads } from './heads-store'
import type { TenantAlerts } from './open-alert'
import { TenantMemory } from './tenant-memory'

interface Deps {
  db: Db
  bus: Pick<Bus, 'publish' | 'subscribe'>
}

/** `isOwn`: this process has changed something. */
type Listener = (tenantId: string, isOwn: boolean) => void

const CHANNEL = 'alerts'
const PAGE = 2_000
const CALLERS_MAX = 10_000
/** Of all tenants together; an alert takes about 2 KiB. The tenant in use is kept in any case. */
const ALERTS_MAX = 200_000
/** Other processes are told of a tenant at most so often: one of them reads all that has changed. */
const TELL_MS = 25
/** Before all ids of a version. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000'

/** The open alerts of tenants in memory, exact by reading what has changed. */
export class OpenAlerts {
  /** The least recently used first. */
  private readonly memories = new Map<string, TenantMemory>()
  /** Callers that arrive while a tenant is read get what is read after that. */
  private readonly reads = new Map<string, Batcher<undefined, TenantMemory>>()
  private readonly listeners = new Set<Listener>()
  private readonly changedIn = new WeakMap<Db, Set<string>>()
  /** Tenants of which other processes were told just now, and whether they have changed again. */
  private readonly told = new Map<string, boolean>()
  private unsubscribe: (() => void) | undefined

  constructor(
    private readonly deps: Deps,
    private readonly alertsMax = ALERTS_MAX,
  ) {}

  async start() {
    this.unsubscribe = await this.deps.bus.subscribe(CHANNEL, tenantId => this.notify(tenantId, false))
  }

  stop() {
    this.unsubscribe?.()
    for (const [tenantId, hasChanged] of this.told) if (hasChanged) this.deps.bus.publish(CHANNEL, tenantId)
  }

  /**
   * The open alerts of a tenant as of the call, or later.
   * @param db may be a transaction
   * @throws Error in a transaction that has changed alerts of the tenant: a rollback of it would not be noticed
   */
  of(tenantId: string, db?: Db | Transaction): Promise<TenantAlerts> {
    return this.memoryOf(tenantId, db)
  }

  /** The same with the ways to change it, for those who store changes. */
  async memoryOf(tenantId: string, db?: Db | Transaction): Promise<TenantMemory> {
    // A transaction must not wait for another connection while it holds one.
    if (db && db !== this.deps.db) return (await this.withHeads(tenantId, db)).alerts
    const memory = await this.readShared(tenantId)
    this.dropOthers(tenantId)
    return memory
  }

  /** The same in a transaction, with the heads that it sees. */
  async withHeads(tenantId: string, trx: Db | Transaction): Promise<{ alerts: TenantMemory; heads: Heads }> {
    if (this.changedIn.get(trx)?.has(tenantId)) throw new Error('Alerts cannot be read while they are being changed')
    const read = await this.read(tenantId, trx)
    this.dropOthers(tenantId)
    return read
  }

  /** What is in memory, which may be out of date. */
  known(tenantId: string): TenantMemory | undefined {
    return this.memories.get(tenantId)
  }

  /** Drops what is in memory of a tenant, if it may be wrong. */
  forget(tenantId: string): void {
    this.memories.delete(tenantId)
  }

  /** Tenants in memory. */
  knownTenants(): string[] {
    return [...this.memories.keys()]
  }

  /** Calls back after changes of a tenant's alerts in any process. Calls may be missed. */
  onChange(listener: Listener): void {
    this.listeners.add(listener)
  }

  /** To be called after a commit of this process. */
  changed(tenantId: string): void {
    this.notify(tenantId, true)
    if (this.told.has(tenantId)) this.told.set(tenantId, true)
    else this.tellOthers(tenantId)
  }

  private tellOthers(tenantId: string) {
    this.deps.bus.publish(CHANNEL, tenantId)
    this.told.set(tenantId, false)
    setTimeout(() => {
      const hasChanged = this.told.get(tenantId)
      this.told.delete(tenantId)
      if (hasChanged) this.tellOthers(tenantId)
    }, TELL_MS).unref()
  }

  /** To be called for a transaction that changes alerts of a tenant: tells of it once it is committed. */
  changing(trx: Transaction, tenantId: string): void {
    const tenants = this.changedIn.get(trx)
    if (tenants?.has(tenantId)) return
    if (tenants) tenants.add(tenantId)
    else this.changedIn.set(trx, new Set([tenantId]))
    // Whoever started the transaction handles its failure.
    trx.executionPromise.then(
      () => this.changed(tenantId),
      () => undefined,
    )
  }

  private notify(tenantId: string, isOwn: boolean) {
    for (const listener of this.listeners) listener(tenantId, isOwn)
  }

  private readShared(tenantId: string): Promise<TenantMemory> {
    const known = this.reads.get(tenantId)
    if (known) return known.ask(undefined)
    const work = async (callers: undefined[]) => {
      const { alerts } = await this.read(tenantId, this.deps.db)
      return callers.map(() => alerts)
    }
    const reads = new Batcher(work, CALLERS_MAX)
    this.reads.set(tenantId, reads)
    return reads.ask(undefined)
  }

  private async read(tenantId: string, db: Db): Promise<{ alerts: TenantMemory; heads: Heads }> {
    const memory = this.memories.get(tenantId) ?? (await this.load(tenantId, db))
    // the most recently used
    this.memories.delete(tenantId)
    this.memories.set(tenantId, memory)
    const heads = await readOn(memory, tenantId, db)
    // What a transaction sees may be its own, and never be committed.
    if (db === this.deps.db) {
      memory.muteVersion = Math.max(memory.muteVersion, heads.muteVersion)
      memory.routingVersion = Math.max(memory.routingVersion, heads.routingVersion)
    }
    await compare(memory, tenantId, db)
    return { alerts: memory, heads }
  }

  /** Pages are of different moments: what changes in the meantime has a later version than the one read first. */
  private async load(tenantId: string, db: Db): Promise<TenantMemory> {
    const memory = new TenantMemory((await readHeads(db, tenantId)).version)
    for (let after = ''; ; ) {
      const page = await readOpen(db, tenantId, after, PAGE)
      for (const alert of page) memory.put(alert)
      after = page.at(-1)?.fingerprint ?? ''
      if (page.length < PAGE) break
    }
    return this.memories.get(tenantId) ?? memory
  }

  /** Bounds memory by dropping tenants that were not used lately. */
  private dropOthers(tenantId: string) {
    let size = 0
    for (const memory of this.memories.values()) size += memory.size
    for (const [other, memory] of this.memories) {
      if (size <= this.alertsMax) return
      if (other === tenantId) continue
      size -= memory.size
      this.memories.delete(other)
      this.reads.delete(other)
    }
  }
}

/**
 * Reads changes until the memory is exact. Others may do the same meanwhile: what they have applied is skipped.
 * @returns the heads as of then
 */
async function readOn(memory: TenantMemory, tenantId: string, db: Db): Promise<Heads> {
  let place = { version: memory.version + 1, id: FIRST_ID }
  for (;;) {
    const { changes, ...heads } = await readChanges(db, tenantId, place, PAGE)
    for (const change of changes) if (change.alert.version > memory.version) memory.apply(change)
    const last = changes.at(-1)?.alert
    if (changes.length < PAGE || !last) {
      memory.version = Math.max(memory.version, heads.version)
      return heads
    }
    place = { version: last.version, id: last.id }
  }
}

/** Compares alerts that seem to be over with what is stored: another process may have stored a later end. */
async function compare(memory: TenantMemory, tenantId: string, db: Db): Promise<void> {
  const nowMs = Date.now()
  if (nowMs < memory.nextEnd) return
  const ids = memory.ended(nowMs).map(({ id }) => id)
  for (let from = 0; from < ids.length; from += PAGE)
    for (const stored of await readOpenById(db, tenantId, ids.slice(from, from + PAGE))) memory.update(stored)
  memory.compared(nowMs)
}

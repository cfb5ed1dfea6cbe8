import type { Db, Transaction } from '../../base/db'
import { Lru } from '../../base/lru'
import type { Labels } from '../../contract/matchers'
import type { OpenAlert, TenantAlerts } from '../occurrences'
import type { CompiledRouting } from '../routing'
import type { ActiveMutes } from '../silences'
import { Inhibition } from './inhibition'

/** What keeps an alert from being notified. */
export interface MutesNow {
  /** Ids of silences. */
  silencedBy: readonly string[]
  /** Fingerprints of alerts, up to 20. */
  inhibitedBy: readonly string[]
  /** Names of maintenance windows. */
  maintenance: readonly string[]
}

/** The mutes of a tenant's alerts, as of when they were asked for. */
export interface TenantMuting {
  mutesOf(alert: Pick<OpenAlert, 'id' | 'labels'>): MutesNow
  /** The same for labels that no open alert has. */
  mutesOfLabels(labels: Labels): MutesNow
  /** Open alerts that are muted, by id. */
  muted: ReadonlyMap<string, MutesNow>
  /** When a silence or window begins or ends, in ms: until then only a change changes anything. */
  validUntil: number
  /** Changes whenever any of it has changed. */
  key: string
}

export interface MutingDeps {
  openAlerts: { of(tenantId: string, db?: Db | Transaction): Promise<TenantAlerts> }
  routing: { of(tenantId: string, db?: Db | Transaction): Promise<CompiledRouting> }
  silences: { active(tenantId: string, db?: Db | Transaction): Promise<ActiveMutes> }
}

export const NOT_MUTED: MutesNow = { silencedBy: [], inhibitedBy: [], maintenance: [] }

/** Tenants whose mutes are kept in memory. */
const TENANTS_MAX = 500

/** What mutes each open alert, computed when something changes rather than when it is read. */
export class Muting {
  private readonly tenants = new Lru<string, TenantMutes>(TENANTS_MAX)

  constructor(private readonly deps: MutingDeps) {}

  /** Current as of the call. */
  async of(tenantId: string, db?: Db | Transaction): Promise<TenantMuting> {
    const { openAlerts, routing, silences } = this.deps
    const active = await silences.active(tenantId, db)
    const compiled = await routing.of(tenantId, db)
    const alerts = await openAlerts.of(tenantId, db)
    const mutes = this.tenants.get(tenantId) ?? new TenantMutes()
    this.tenants.set(tenantId, mutes)
    mutes.update(alerts, compiled, active)
    return mutes
  }
}

let changes = 0

class TenantMutes implements TenantMuting {
  readonly muted = new Map<string, MutesNow>()
  key = ''
  private inhibition = new Inhibition([])
  /** The inhibition rules. */
  private rules = '[]'
  private active: ActiveMutes | undefined
  private version = -1
  private routingVersion = -1
  /** Labels of the alerts known, by id. An occurrence keeps its labels. */
  private readonly known = new Map<string, Labels>()

  get validUntil(): number {
    return this.active?.validUntil ?? Number.POSITIVE_INFINITY
  }

  mutesOf({ id, labels }: Pick<OpenAlert, 'id' | 'labels'>): MutesNow {
    return this.muted.get(id) ?? (this.known.has(id) ? NOT_MUTED : this.mutesOfLabels(labels))
  }

  mutesOfLabels(labels: Labels): MutesNow {
    return {
      silencedBy: [],
      maintenance: [],
      ...this.active?.mutesOf(labels),
      inhibitedBy: this.inhibition.inhibitorsOfLabels(labels),
    }
  }

  /** Takes over what has changed since the last call. */
  update(alerts: TenantAlerts, routing: CompiledRouting, active: ActiveMutes): void {
    const hasNewRules = this.routingVersion !== routing.version && this.takeRules(routing)
    const hasNewSilences = this.active?.version !== active.version || this.validUntil !== active.validUntil
    if (!hasNewRules && !hasNewSilences && alerts.version === this.version) return
    this.version = alerts.version
    this.active = active
    const all = alerts.all()
    const added = this.takeOver(all)
    const toSilence = hasNewSilences || hasNewRules ? all : added
    const affected = this.inhibition.takeAffected()
    for (const { id, labels } of toSilence) this.refresh(id, active.mutesOf(labels))
    for (const id of affected) this.refresh(id, this.muted.get(id) ?? NOT_MUTED)
    this.key = `${++changes}`
  }

  /** @returns whether the inhibition rules have changed */
  private takeRules({ version, inhibitRules }: CompiledRouting): boolean {
    this.routingVersion = version
    const rules = JSON.stringify(inhibitRules)
    if (rules === this.rules) return false
    this.rules = rules
    this.inhibition = new Inhibition(inhibitRules)
    this.known.clear()
    this.muted.clear()
    return true
  }

  /** @returns the alerts that are new */
  private takeOver(all: readonly OpenAlert[]): OpenAlert[] {
    const added = all.filter(({ id }) => !this.known.has(id))
    for (const alert of added) {
      this.known.set(alert.id, alert.labels)
      this.inhibition.add(alert)
    }
    if (this.known.size > all.length) this.forgetAllBut(new Set(all.map(({ id }) => id)))
    return added
  }

  private forgetAllBut(open: ReadonlySet<string>): void {
    for (const id of this.known.keys()) {
      if (open.has(id)) continue
      this.known.delete(id)
      this.muted.delete(id)
      this.inhibition.remove(id)
    }
  }

  private refresh(id: string, { silencedBy, maintenance }: Omit<MutesNow, 'inhibitedBy'>): void {
    const inhibitedBy = this.inhibition.inhibitorsOf(id)
    if (silencedBy.length || maintenance.length || inhibitedBy.length)
      this.muted.set(id, { silencedBy, inhibitedBy, maintenance })
    else this.muted.delete(id)
  }
}

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
  openAlerts: { of(tenantId: string): Promise<TenantAlerts> }
  routing: { at(tenantId: string, routingVersion: number): Promise<CompiledRouting> }
  silences: { active(tenantId: string, db?: Db | Transaction, muteVersion?: number): Promise<ActiveMutes> }
}

/** What mutes are computed from, besides silences and windows. */
export interface MutedThings {
  alerts: TenantAlerts
  routing: CompiledRouting
  muteVersion: number
}

export const NOT_MUTED: MutesNow = { silencedBy: [], inhibitedBy: [], maintenance: [] }

/** Tenants whose mutes are kept in memory. */
const TENANTS_MAX = 500

/** What mutes each open alert, computed when something changes rather than when it is read. */
export class Muting {
  private readonly tenants = new Lru<string, TenantMutes>(TENANTS_MAX)

  constructor(private readonly deps: MutingDeps) {}

  /** Current as of the call. */
  async of(tenantId: string): Promise<TenantMuting> {
    const alerts = await this.deps.openAlerts.of(tenantId)
    const { muteVersion, routingVersion } = alerts
    return this.at(tenantId, { alerts, muteVersion, routing: await this.deps.routing.at(tenantId, routingVersion) })
  }

  /** For callers that have just read the rest, maybe in a transaction. */
  async at(
    tenantId: string,
    { alerts, muteVersion, routing }: MutedThings,
    db?: Db | Transaction,
  ): Promise<TenantMuting> {
    const active = await this.deps.silences.active(tenantId, db, muteVersion)
    const mutes = this.tenants.get(tenantId) ?? new TenantMutes()
    this.tenants.set(tenantId, mutes)
    mutes.update(alerts, routing, active)
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
  /** What has been taken over, and up to which revision. */
  private alerts: TenantAlerts | undefined
  private revision = 0
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
    const isSame = alerts === this.alerts && alerts.revision === this.revision
    if (!hasNewRules && !hasNewSilences && isSame) return
    this.active = active
    const added = this.takeOver(alerts, hasNewRules)
    const toSilence = hasNewSilences || hasNewRules ? alerts.all() : added
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
  private takeOver(alerts: TenantAlerts, isAnew: boolean): OpenAlert[] {
    const changed = !isAnew && alerts === this.alerts ? alerts.changedSince(this.revision) : undefined
    this.alerts = alerts
    this.revision = alerts.revision
    for (const id of changed ?? this.known.keys()) if (!alerts.byId(id)) this.forget(id)
    const candidates = changed ? [...changed].flatMap(id => alerts.byId(id) ?? []) : alerts.all()
    const added = candidates.filter(({ id }) => !this.known.has(id))
    for (const alert of added) {
      this.known.set(alert.id, alert.labels)
      this.inhibition.add(alert)
    }
    return added
  }

  private forget(id: string): void {
    this.known.delete(id)
    this.muted.delete(id)
    this.inhibition.remove(id)
  }

  private refresh(id: string, { silencedBy, maintenance }: Omit<MutesNow, 'inhibitedBy'>): void {
    const inhibitedBy = this.inhibition.inhibitorsOf(id)
    if (silencedBy.length || maintenance.length || inhibitedBy.length)
      this.muted.set(id, { silencedBy, inhibitedBy, maintenance })
    else this.muted.delete(id)
  }
}

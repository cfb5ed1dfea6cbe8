import type { Db, Transaction } from '../../base/db'
import { Lru } from '../../base/lru'
import type { Effect, TopicEntries } from '../../streams'
import type { Muting } from '../muting'
import type { Heads, TenantAlerts } from '../occurrences'
import type { CompiledRouting } from '../routing'
import { applyChanges } from './change-step'
import { changedAlerts, type DispatchRow, LAST_ID, lockDispatch, storeDispatch } from './dispatch-store'
import type { Telling } from './flush-notifications'
import { flushGroups } from './flush-step'
import { GroupBook } from './group-book'
import { GroupMembers, keyOf } from './group-members'
import { IncidentBook } from './incident-book'
import type { Incident } from './incident-store'
import { applyMutes, muteEdges } from './mute-step'
import { flagsOf, storedMutes } from './mute-store'
import { isMuted, type Round } from './round'
import { applyRouting } from './routing-step'

export interface DispatchDeps extends Telling {
  openAlerts: { withHeads(tenantId: string, trx: Transaction): Promise<{ alerts: TenantAlerts; heads: Heads }> }
  routing: { at(tenantId: string, routingVersion: number, db?: Db | Transaction): Promise<CompiledRouting> }
  muting: Pick<Muting, 'at'>
}

export interface DispatchItem {
  tenantId: string
  /** In ms. */
  now: number
}

export interface Dispatched {
  /** Another process was at work for the tenant: nothing was done. */
  isBusy: boolean
  /** There is more to do at once. */
  isLeft: boolean
  /** When there is something to do although nothing changes. */
  nextAt: Date | null
  round: number
}

const BUSY: Dispatched = { isBusy: true, isLeft: false, nextAt: null, round: 0 }
/** Changes of alerts that one round takes. */
const CHANGES_MAX = 500
/** Groups are told when all changes are known. This late, they are told in any case. */
const LATE_MS = 5_000
const TENANTS_MAX = 500

/** What this process remembers of a tenant between two rounds. */
interface Memory {
  members: GroupMembers
  /** How alerts are muted according to `alert_mutes`, provided that `round` was the latest. */
  mutes: Map<string, number>
  round: number | undefined
  /** `TenantMuting.key` as of which the two agree. */
  mutesKey: string | undefined
}

/**
 * Turns changes of alerts, silences and routes into events, groups, incidents and notifications: one tenant per item, up
 * to `CHANGES_MAX` changes at a time. All of it is one commit, together with how far it has come, so a crash neither
 * loses nor repeats anything. Processes exclude each other by the tenant's row of `alert_dispatch`.
 */
export class Dispatch {
  private readonly memories = new Lru<string, Memory>(TENANTS_MAX)
  readonly effect: Effect<DispatchItem, Dispatched>

  constructor(private readonly deps: DispatchDeps) {
    this.effect = { name: 'alerts.dispatch', apply: (trx, items) => this.apply(trx, items) }
  }

  /** To be called after the commit of a round: what is in memory now is what is stored. */
  confirm(tenantId: string, { round }: Dispatched): void {
    const memory = this.memories.get(tenantId)
    if (memory) memory.round = round
  }

  private async apply(trx: Transaction, items: DispatchItem[]) {
    const results = items.map(() => BUSY)
    const entries: TopicEntries[][] = items.map(() => [])
    const first = new Map(items.map(({ tenantId }, i) => [tenantId, i]))
    for (const [tenantId, i] of [...first].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const done = await this.dispatch(trx, { tenantId, now: items[i]?.now ?? Date.now() })
      if (!done) continue
      results[i] = done.result
      entries[i] = done.entries
    }
    return { results, entries }
  }

  private async dispatch(trx: Transaction, { tenantId, now }: DispatchItem) {
    const row = await lockDispatch(trx, tenantId, false)
    if (!row) return undefined
    const memory = await this.memoryOf(trx, tenantId, row)
    const { alerts, heads } = await this.deps.openAlerts.withHeads(tenantId, trx)
    const round = await this.begin(trx, { tenantId, now, alerts, heads }, row, memory)
    const isLeft = await runRound(round, memory, this.deps)
    return this.finish(round, heads, isLeft)
  }

  /** Not valid again before its commit is confirmed: a flush may be rolled back and repeated. */
  private async memoryOf(trx: Transaction, tenantId: string, row: DispatchRow): Promise<Memory> {
    const known = this.memories.get(tenantId)
    const memory = known ?? { members: new GroupMembers(), mutes: new Map(), round: undefined, mutesKey: undefined }
    if (!known) this.memories.set(tenantId, memory)
    if (memory.round !== row.round) {
      memory.mutes = await storedMutes(trx, tenantId)
      memory.mutesKey = undefined
    }
    memory.round = undefined
    return memory
  }

  private async begin(
    trx: Transaction,
    { tenantId, now, alerts, heads }: DispatchItem & { alerts: TenantAlerts; heads: Heads },
    row: DispatchRow,
    { members }: Memory,
  ): Promise<Round> {
    // What is in memory moves on meanwhile.
    const until = alerts.version
    const routing = await this.deps.routing.at(tenantId, heads.routingVersion, trx)
    const { muteVersion } = heads
    const muting = await this.deps.muting.at(tenantId, { alerts, routing, muteVersion }, trx)
    members.update(alerts, routing)
    const place = { ...row, round: row.round + 1 }
    return {
      ...{ trx, tenantId, now, until, routing, muting, alerts, members, place, entries: [] },
      routes: new Map(routing.routes.map(route => [route.key, route])),
      groups: new GroupBook(trx, tenantId, now),
      incidents: new IncidentBook(trx, tenantId, now, () => ++place.incident_number),
    }
  }

  private async finish(round: Round, heads: Heads, isLeft: boolean) {
    const { trx, tenantId, place, groups, incidents, muting, entries } = round
    incidents.settle(incident => firingOf(round, incident))
    const told = await incidents.store()
    await groups.store()
    place.mute_version = heads.muteVersion
    const validUntil = Number.isFinite(muting.validUntil) ? new Date(muting.validUntil) : null
    const nextAt = await storeDispatch(trx, tenantId, place, validUntil)
    const topic = { tenantId, name: 'events' }
    return {
      result: { isBusy: false, isLeft, nextAt, round: place.round },
      entries: [...entries, { topic, entries: told }],
    }
  }
}

/** @returns whether more is left to do */
async function runRound(round: Round, memory: Memory, telling: Telling): Promise<boolean> {
  const { trx, tenantId, place, until, now, alerts, entries } = round
  // Before changes, which are about the groups of the new routes.
  if (await applyRouting(round)) return true
  const { version: since } = place
  const changes = await changedAlerts(trx, tenantId, { after: place, until, limit: CHANGES_MAX, open: alerts })
  const last = changes.length === CHANGES_MAX ? changes.at(-1) : undefined
  Object.assign(place, last ? { version: last.version, after_id: last.id } : { version: until, after_id: LAST_ID })
  const events = await applyChanges(round, changes, since)
  events.push(...(await tellMutes(round, memory)))
  entries.push({ topic: { tenantId, name: 'events' }, entries: events })
  const isBehind = last !== undefined || memory.mutesKey === undefined
  const flushed = await flushGroups(round, isBehind ? now - LATE_MS : now, telling)
  entries.push(...flushed.entries)
  return isBehind || flushed.isLeft
}

async function tellMutes(round: Round, memory: Memory) {
  if (memory.mutesKey === round.muting.key) return []
  const { key } = round.muting
  const edges = muteEdges(round, memory.mutes)
  const entries = await applyMutes(round, edges)
  for (const { alert, mutes } of edges.muted) memory.mutes.set(alert.id, flagsOf(mutes))
  for (const { alert } of edges.unmuted) memory.mutes.delete(alert.id)
  for (const id of edges.ended) memory.mutes.delete(id)
  memory.mutesKey = edges.isPartial ? undefined : key
  return entries
}

/** What fires of an incident's group. */
function firingOf(round: Round, incident: Incident) {
  const { groups, members } = round
  const group = groups.get(incident.group_id)
  const alerts = group && members.of(keyOf(group.routeKey, group.groupKey))
  const firing = alerts ? [...alerts.values()] : []
  return { firing, isEmpty: firing.length === 0, isMuted: firing.every(alert => isMuted(round, alert)) }
}

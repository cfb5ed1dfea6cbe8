import type { Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import type { CompiledRoute, RouteEnd } from '../routing'
import { keyOf, keyOfEnd } from './group-members'
import { deleteGroups, type Group, groupsById, groupsByKey, storeGroups, storeTold } from './group-store'

/** The groups that a round looks at: each is read once, changed in memory and stored at the end. */
export class GroupBook {
  private readonly byId = new Map<string, Group>()
  private readonly byKey = new Map<string, Group>()
  private readonly changed = new Set<Group>()
  private readonly told = new Set<Group>()
  private readonly removed = new Set<Group>()

  constructor(
    private readonly trx: Transaction,
    private readonly tenantId: string,
    private readonly now: number,
  ) {}

  async loadKeys(ends: Iterable<RouteEnd>): Promise<void> {
    const missing = new Map<string, { routeKey: string; groupKey: string }>()
    for (const end of ends)
      if (!this.byKey.has(keyOfEnd(end)))
        missing.set(keyOfEnd(end), { routeKey: end.route.key, groupKey: end.groupKey })
    if (missing.size) this.add(await groupsByKey(this.trx, this.tenantId, [...missing.values()]))
  }

  async loadIds(ids: Iterable<string>): Promise<void> {
    const missing = [...new Set(ids)].filter(id => !this.byId.has(id))
    if (missing.length) this.add(await groupsById(this.trx, this.tenantId, missing))
  }

  private add(groups: readonly Group[]) {
    for (const group of groups) {
      if (this.byId.has(group.id)) continue
      this.byId.set(group.id, group)
      if (!group.isDetached) this.byKey.set(keyOf(group.routeKey, group.groupKey), group)
    }
  }

  /** A group that has been loaded. */
  get(id: string): Group | undefined {
    return this.byId.get(id)
  }

  find(key: string): Group | undefined {
    return this.byKey.get(key)
  }

  /** The group of a loaded key; a new one if there is none. Its receiver is that of the route. */
  of(end: RouteEnd): Group {
    const key = keyOfEnd(end)
    const known = this.byKey.get(key)
    if (known) {
      this.giveReceiver(known, end.route.receiver)
      return known
    }
    const group = newGroup(end, this.now)
    this.byId.set(group.id, group)
    this.byKey.set(key, group)
    this.changed.add(group)
    return group
  }

  /**
   * A route has another receiver now: it is told of what fires, and the former one of the end of what it was told. Does
   * nothing if the receiver is the same.
   */
  giveReceiver(group: Group, receiver: string | null): void {
    if (group.receiver === receiver) return
    if (group.receiver !== null && group.told.size) this.detach(group)
    Object.assign(group, { receiver, toldAt: null, told: new Set(), decision: null, isFlappingTold: false })
    if (group.flushedAt !== null) group.nextFlushAt = this.now
    this.tell(group)
  }

  private detach(group: Group): void {
    const id = newId()
    const former: Group = { ...group, id, routeKey: `${group.routeKey} ${id}`, isDetached: true, hushed: new Set() }
    former.flaps = []
    former.isFlapping = false
    former.nextFlushAt = this.now
    this.byId.set(id, former)
    this.tell(former)
  }

  /** To be called after a change. */
  touch(group: Group): void {
    this.changed.add(group)
  }

  /** To be called after a change of what was told or hushed. */
  tell(group: Group): void {
    this.changed.add(group)
    this.told.add(group)
  }

  remove(group: Group): void {
    this.removed.add(group)
  }

  /** Makes loaded groups due that have been looked at before. */
  wake(): void {
    for (const group of this.byId.values()) {
      if (group.flushedAt === null) continue
      group.nextFlushAt = Math.min(group.nextFlushAt ?? Number.POSITIVE_INFINITY, this.now)
      this.touch(group)
    }
  }

  /** Loaded groups that are due by a time. */
  due(by: number): Group[] {
    return [...this.byId.values()].filter(({ nextFlushAt }) => nextFlushAt !== null && nextFlushAt <= by)
  }

  async store(): Promise<void> {
    const kept = (groups: Iterable<Group>) => [...groups].filter(group => !this.removed.has(group))
    await deleteGroups(
      this.trx,
      this.tenantId,
      [...this.removed].map(({ id }) => id),
    )
    await storeGroups(
      this.trx,
      this.tenantId,
      kept(this.changed).filter(group => !this.told.has(group)),
    )
    await storeTold(this.trx, this.tenantId, kept(this.told))
  }
}

const newGroup = ({ route, groupKey, groupLabels }: RouteEnd, now: number): Group => ({
  id: newId(),
  routeKey: route.key,
  groupKey,
  groupLabels,
  receiver: route.receiver,
  isDetached: false,
  incidentId: null,
  nextFlushAt: null,
  flushedAt: null,
  toldAt: null,
  told: new Set(),
  hushed: new Set(),
  decision: null,
  mutedDecision: null,
  flaps: [],
  isFlapping: false,
  isFlappingTold: false,
  createdAt: now,
})

/**
 * Makes a group due because its alerts have changed: `group_wait` after it began to fire, then `group_interval` after
 * it was last looked at. Without a route, at once.
 */
export function planFlush(group: Group, route: CompiledRoute | undefined, now: number): void {
  const { flushedAt, nextFlushAt } = group
  const waited = flushedAt === null ? now + (route?.waitMs ?? 0) : Math.max(now, flushedAt + (route?.intervalMs ?? 0))
  group.nextFlushAt = Math.min(nextFlushAt ?? Number.POSITIVE_INFINITY, waited)
}

/** Makes a group due at once, unless it still waits for its first look. */
export function wakeGroup(group: Group, now: number): void {
  if (group.flushedAt === null && group.nextFlushAt !== null) return
  group.nextFlushAt = Math.min(group.nextFlushAt ?? Number.POSITIVE_INFINITY, now)
}

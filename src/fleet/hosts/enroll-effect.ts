import type { Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import type { Effect, TopicEntries } from '../../streams'
import type { Row } from '../agent'
import { touchSecrets } from './enroll-secret-store'
import {
  type EnrolledHost,
  insertHosts,
  type LockedHost,
  lockHosts,
  markCloned,
  type Name,
  nameKey,
  updateEnrolled,
} from './enroll-store'
import { enrolledEntries, stateEntries, statusEntries } from './host-entries'
import type { HostFields } from './host-fields'
import { type Claim, claimOf, cloneName, replaceInstance } from './identity'

export interface EnrollItem extends Name {
  secretId: string
  /** Empty if the agent does not send it. */
  instanceId: string
  fields: HostFields
  details: Record<string, Row>
  keyHash: string
}

export interface EnrollResult extends Name {
  hostId: string
  /** `new` if the host was not known before. */
  outcome: Claim | 'new'
  /** This enrollment revealed that several machines use the name. */
  isCloneFound: boolean
}

/** Under which name an agent enrolls, and why. */
interface Decision {
  item: EnrollItem
  outcome: Claim | 'new'
  isCloneFound: boolean
}

/**
 * How long a previous key stays valid: an agent may enroll twice at once and use the first key (osquery issue 6993).
 */
const KEY_GRACE_MS = 5 * 60_000

/**
 * Enrolls all agents of a flush: assigns hosts and keys. Locks the rows, which serializes processes that enroll the
 * same name.
 */
export const enrollEffect: Effect<EnrollItem, EnrollResult> = {
  name: 'fleet.enroll',
  async apply(trx, items) {
    const batch = new EnrollBatch(trx)
    const clones = items.map(item => ({ ...item, hostIdentifier: cloneName(item.hostIdentifier, item.instanceId) }))
    await batch.lock([...items, ...clones])
    await batch.insert(items.filter(item => !batch.has(item)))
    const decisions = items.map((item, i) => batch.decide(item, clones[i] as EnrollItem))
    await batch.insert(decisions.flatMap(({ item }) => (batch.has(item) ? [] : [item])))
    const enrolled = decisions.map(decision => batch.enroll(decision))
    await batch.store()
    await touchSecrets(trx, [...new Set(items.map(({ secretId }) => secretId))])
    return { results: enrolled.map(({ result }) => result), entries: enrolled.map(({ entries }) => entries) }
  },
}

/** The locked hosts of a flush, in their state after the enrollments handled so far. */
class EnrollBatch {
  private readonly hosts = new Map<string, LockedHost & { isNew: boolean }>()
  private readonly changed = new Map<string, EnrolledHost>()
  private readonly cloned = new Set<string>()

  constructor(private readonly trx: Transaction) {}

  has = (name: Name) => this.hosts.has(nameKey(name))

  async lock(names: readonly Name[], inserted: ReadonlySet<string> = new Set()) {
    for (const host of await lockHosts(this.trx, names))
      this.hosts.set(nameKey(host), { ...host, isNew: inserted.has(host.id) })
  }

  /** Inserts hosts and locks them, also those that another process has just inserted. */
  async insert(items: readonly EnrollItem[]) {
    if (!items.length) return
    const byName = new Map(items.map(item => [nameKey(item), { ...item, id: newId() }]))
    const inserted = await insertHosts(this.trx, [...byName.values()])
    await this.lock([...byName.values()], inserted)
  }

  decide(item: EnrollItem, asClone: EnrollItem): Decision {
    if (item.instanceId && this.has(asClone)) return { item: asClone, outcome: 'same', isCloneFound: false }
    const host = this.get(item)
    if (host.isNew) {
      host.isNew = false
      return { item, outcome: 'new', isCloneFound: false }
    }
    const now = new Date()
    const outcome = claimOf(host.identity, item.instanceId, now)
    if (outcome === 'clone') return { item: asClone, outcome, isCloneFound: this.markCloned(host, now) }
    if (outcome === 'successor') host.identity = replaceInstance(host.identity, item.instanceId, now)
    return { item, outcome, isCloneFound: false }
  }

  /** @returns whether that was not known before */
  private markCloned(host: LockedHost, now: Date): boolean {
    if (host.identity.clonedAt) return false
    host.identity = { ...host.identity, clonedAt: now }
    this.cloned.add(host.id)
    return true
  }

  enroll({ item, outcome, isCloneFound }: Decision): { result: EnrollResult; entries: TopicEntries[] } {
    const host = this.get(item)
    const { id, identity, status } = host
    // A successor is a machine that was reinstalled. An agent that still has the old key is another one and must
    // enroll.
    const previousKeyHash = outcome === 'same' && host.keyHash !== item.keyHash ? host.keyHash : null
    if (item.instanceId && !identity.instanceId) host.identity = { ...identity, instanceId: item.instanceId }
    const { tenantId, hostIdentifier, fields, details, keyHash } = item
    this.changed.set(id, { id, identity: host.identity, fields, details, keyHash, previousKeyHash })
    host.keyHash = keyHash
    host.status = 'online'
    host.isNew = false
    const { hostname, platform } = fields
    const summary = { tenantId, id, hostIdentifier, hostname, platform, status: host.status, lastSeenAt: new Date() }
    const entries = [stateEntries(summary)]
    if (outcome !== 'same') entries.push(enrolledEntries(summary, outcome === 'successor'))
    else if (status !== 'online') entries.push(statusEntries(summary))
    return { result: { tenantId, hostIdentifier, hostId: id, outcome, isCloneFound }, entries }
  }

  async store() {
    await updateEnrolled(this.trx, [...this.changed.values()], KEY_GRACE_MS)
    if (this.cloned.size) await markCloned(this.trx, [...this.cloned])
  }

  private get(name: Name) {
    const host = this.hosts.get(nameKey(name))
    if (!host) throw new Error(`Host ${name.hostIdentifier} was neither found nor inserted`)
    return host
  }
}

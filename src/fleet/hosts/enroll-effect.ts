import type { Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import type { Effect, TopicEntries } from '../../streams'
import type { Row } from '../agent'
import {
  type EnrolledHost,
  type HeldHost,
  holdHosts,
  insertHosts,
  markCloned,
  type Name,
  nameKey,
  updateEnrolled,
} from './enroll-store'
import { hostEvent, statusEntries } from './entries'
import type { Facts } from './facts'
import { type Claim, claimOf, cloneName, succeed } from './identity'
import { touchSecrets } from './secret-store'

export interface EnrollItem extends Name {
  secretId: string
  /** Empty when the agent does not say. */
  instanceId: string
  facts: Facts
  details: Record<string, Row>
  keyHash: string
}

export interface EnrollResult extends Name {
  hostId: string
  /** `new` where the host was not known before. */
  came: Claim | 'new'
  /** Others that use the name were found out just now. */
  proven: boolean
}

/** An agent may have enrolled twice at once and use the first key (osquery issue 6993). */
const KEY_GRACE_MS = 5 * 60_000

/**
 * Gives agents their hosts and keys, all of a flush at once. Whoever enrols the same name meanwhile, in whatever process,
 * waits for the row.
 */
export const enrollEffect: Effect<EnrollItem, EnrollResult> = {
  name: 'fleet.enroll',
  async apply(trx, items) {
    const batch = new Enrollments(trx)
    const cloneNames = items.map(item => ({ ...item, hostIdentifier: cloneName(item.hostIdentifier, item.instanceId) }))
    await batch.hold([...items, ...cloneNames])
    await batch.make(items.filter(item => !batch.has(item)))
    const claims = items.map((item, i) => batch.claim(item, cloneNames[i] as EnrollItem))
    await batch.make(claims.flatMap(({ as }) => (batch.has(as) ? [] : [as])))
    const done = claims.map(({ as, came, proven }) => batch.enroll(as, came, proven))
    await batch.store()
    await touchSecrets(trx, [...new Set(items.map(({ secretId }) => secretId))])
    return { results: done.map(({ result }) => result), entries: done.map(({ entries }) => entries) }
  },
}

/** The hosts of a flush, held, as they stand after the enrolments played so far. */
class Enrollments {
  private readonly hosts = new Map<string, HeldHost & { fresh: boolean }>()
  private readonly changed = new Map<string, EnrolledHost>()
  private readonly cloned = new Set<string>()

  constructor(private readonly trx: Transaction) {}

  has = (name: Name) => this.hosts.has(nameKey(name))

  async hold(names: readonly Name[], made: ReadonlySet<string> = new Set()) {
    for (const host of await holdHosts(this.trx, names))
      this.hosts.set(nameKey(host), { ...host, fresh: made.has(host.id) })
  }

  /** Another process may have made one of them a moment ago: then that one is held. */
  async make(items: readonly EnrollItem[]) {
    if (!items.length) return
    const byName = new Map(items.map(item => [nameKey(item), { ...item, id: newId() }]))
    const made = await insertHosts(this.trx, [...byName.values()])
    await this.hold([...byName.values()], made)
  }

  /** Decides under which name an agent enrols. */
  claim(item: EnrollItem, asClone: EnrollItem): { as: EnrollItem; came: Claim | 'new'; proven: boolean } {
    if (item.instanceId && this.has(asClone)) return { as: asClone, came: 'same', proven: false }
    const host = this.get(item)
    if (host.fresh) {
      host.fresh = false
      return { as: item, came: 'new', proven: false }
    }
    const now = new Date()
    const came = claimOf(host.identity, item.instanceId, now)
    if (came === 'clone') return { as: asClone, came, proven: this.prove(host, now) }
    if (came === 'successor') host.identity = succeed(host.identity, item.instanceId, now)
    return { as: item, came, proven: false }
  }

  private prove(host: HeldHost, now: Date): boolean {
    if (host.identity.clonedAt) return false
    host.identity = { ...host.identity, clonedAt: now }
    this.cloned.add(host.id)
    return true
  }

  enroll(item: EnrollItem, came: Claim | 'new', proven: boolean): { result: EnrollResult; entries: TopicEntries[] } {
    const host = this.get(item)
    const { id, identity, status } = host
    // A successor's machine is set up anew: whoever still has the old key is another one, and shall show itself.
    const previousKeyHash = came === 'same' && host.keyHash !== item.keyHash ? host.keyHash : null
    if (item.instanceId && !identity.instanceId) host.identity = { ...identity, instanceId: item.instanceId }
    const { facts, details, keyHash } = item
    this.changed.set(id, { id, identity: host.identity, facts, details, keyHash, previousKeyHash })
    host.keyHash = keyHash
    host.status = 'online'
    host.fresh = false
    const note = { ...item, id, ...facts, status: host.status, lastSeenAt: new Date() }
    const entries = [statusEntries(note)]
    if (came !== 'same') entries.push(hostEvent('host_enrolled', note, { reinstalled: came === 'successor' }))
    else if (status !== 'online') entries.push(hostEvent('host_status', note))
    const { tenantId, hostIdentifier } = item
    return { result: { tenantId, hostIdentifier, hostId: id, came, proven }, entries }
  }

  async store() {
    await updateEnrolled(this.trx, [...this.changed.values()], KEY_GRACE_MS)
    if (this.cloned.size) await markCloned(this.trx, [...this.cloned])
  }

  private get(name: Name) {
    const host = this.hosts.get(nameKey(name))
    if (!host) throw new Error(`Host ${name.hostIdentifier} was neither found nor made`)
    return host
  }
}

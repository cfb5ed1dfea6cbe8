import { Batcher } from '../../base/batcher'
import type { Db } from '../../base/db'
import { hashSecret } from '../../base/ids'
import { Lru } from '../../base/lru'
import { withTimeout } from '../../base/request-timeout'
import { type Agent, LOOKUP_MS_MAX } from '../agent'
import { hostsByKey, type KeyRow } from './key-store'

interface Cached {
  agent: Agent
  /** Unix time in ms. */
  until: number
}

interface Deps {
  db: Db
  /** Called with rows before their hosts are returned. */
  onLoaded(rows: KeyRow[]): Promise<void>
}

/** A change whose message was lost takes effect within this time. */
const CACHED_MS = 600_000
const CACHED_MAX = 100_000
/** Invalid keys are cached because they never become valid. */
const REFUSED_MS = 60_000
const REFUSED_MAX = 10_000
const BATCH_MAX = 1_000

/** Finds the hosts of node keys: in memory, or else with one statement for many keys. */
export class NodeKeys {
  private readonly known = new Lru<string, Cached>(CACHED_MAX, (hash, { agent }) => this.unindex(hash, agent.hostId))
  private readonly hashesOf = new Map<string, Set<string>>()
  private readonly refused = new Lru<string, number>(REFUSED_MAX)
  private readonly lookups: Batcher<string, Agent | undefined>
  /** Hosts that have changed while rows are being read: those rows may be outdated. */
  private changed: Set<string> | undefined
  private hasGap = false

  constructor(private readonly deps: Deps) {
    this.lookups = new Batcher(hashes => this.lookUp(hashes), BATCH_MAX)
  }

  async agentOf(nodeKey: string): Promise<Agent | undefined> {
    const hash = hashSecret(nodeKey)
    const known = this.known.get(hash)
    if (known && known.until > Date.now()) return known.agent
    if ((this.refused.get(hash) ?? 0) > Date.now()) return undefined
    return withTimeout(LOOKUP_MS_MAX, () => this.lookups.ask(hash))
  }

  forget(hostIds: readonly string[]) {
    for (const hostId of hostIds) {
      this.changed?.add(hostId)
      for (const hash of [...(this.hashesOf.get(hostId) ?? [])]) this.known.delete(hash)
    }
  }

  forgetAll() {
    this.hasGap = true
    this.known.clear()
  }

  private async lookUp(hashes: string[]): Promise<(Agent | undefined)[]> {
    this.hasGap = false
    const changed = new Set<string>()
    this.changed = changed
    const found = await hostsByKey(this.deps.db, hashes)
    await this.deps.onLoaded(found)
    this.changed = undefined
    const byHash = new Map(found.map(row => [row.hash, this.keep(row, changed)]))
    for (const hash of hashes) if (!byHash.has(hash)) this.refused.set(hash, Date.now() + REFUSED_MS)
    return hashes.map(hash => byHash.get(hash))
  }

  private keep(row: KeyRow, changed: ReadonlySet<string>): Agent {
    const { hash, id: hostId, tenant_id: tenantId, host_identifier: hostIdentifier, hostname, platform } = row
    const agent = { tenantId, hostId, hostIdentifier, hostname, platform }
    if (this.hasGap || changed.has(hostId)) return agent
    // Random, so that a fleet that connected all at once does not expire all at once.
    const until = Date.now() + CACHED_MS * (0.8 + 0.2 * Math.random())
    this.known.set(hash, { agent, until: Math.min(until, row.until?.getTime() ?? until) })
    const hashes = this.hashesOf.get(hostId) ?? new Set()
    this.hashesOf.set(hostId, hashes.add(hash))
    return agent
  }

  private unindex(hash: string, hostId: string) {
    const hashes = this.hashesOf.get(hostId)
    hashes?.delete(hash)
    if (hashes?.size === 0) this.hashesOf.delete(hostId)
  }
}

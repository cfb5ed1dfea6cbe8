import type { Db } from '../../base/db'
import type { Bus } from '../../streams'
import { type ActivePack, activePacks } from './pack-store'

const CHANNEL = 'fleet:packs'
/** How long packs may be outdated if a message is lost. */
const CACHED_MS = 30_000

/** Caches the enabled packs of each tenant: thousands of agents read them, and they rarely change. */
export class ActivePacks {
  private readonly cached = new Map<string, { packs: Promise<ActivePack[]>; until: number }>()
  private unsubscribe: (() => void) | undefined

  constructor(
    private readonly db: Db,
    private readonly bus: Pick<Bus, 'publish' | 'subscribe' | 'onReconnect'>,
  ) {
    bus.onReconnect(() => this.cached.clear())
  }

  async start() {
    this.unsubscribe = await this.bus.subscribe(CHANNEL, tenantId => this.cached.delete(tenantId))
  }

  stop() {
    this.unsubscribe?.()
  }

  /** Call it after a change is committed: announces it to other processes. */
  changed(tenantId: string) {
    this.cached.delete(tenantId)
    this.bus.publish(CHANNEL, tenantId)
  }

  of(tenantId: string): Promise<ActivePack[]> {
    const known = this.cached.get(tenantId)
    if (known && known.until > Date.now()) return known.packs
    const read = { packs: activePacks(this.db, tenantId), until: Date.now() + CACHED_MS }
    this.cached.set(tenantId, read)
    // A failure is thrown to the current callers; the next call reads again.
    read.packs.catch(() => this.cached.get(tenantId) === read && this.cached.delete(tenantId))
    return read.packs
  }
}

import type { Db } from '../../base/db'
import type { Bus } from '../../streams'
import { type ActivePack, activePacks } from './pack-store'

const CHANNEL = 'fleet:packs'
/** What a lost message costs at most. */
const FRESH_MS = 30_000

/** The enabled packs of each tenant in memory: thousands of agents ask for them, and they seldom change. */
export class ActivePacks {
  private readonly kept = new Map<string, { packs: Promise<ActivePack[]>; until: number }>()
  private unsubscribe: (() => void) | undefined

  constructor(
    private readonly db: Db,
    private readonly bus: Pick<Bus, 'publish' | 'subscribe' | 'onReconnect'>,
  ) {
    bus.onReconnect(() => this.kept.clear())
  }

  async start() {
    this.unsubscribe = await this.bus.subscribe(CHANNEL, tenantId => this.kept.delete(tenantId))
  }

  stop() {
    this.unsubscribe?.()
  }

  /** To be called when a change is committed; tells the other processes. */
  changed(tenantId: string) {
    this.kept.delete(tenantId)
    this.bus.publish(CHANNEL, tenantId)
  }

  of(tenantId: string): Promise<ActivePack[]> {
    const known = this.kept.get(tenantId)
    if (known && known.until > Date.now()) return known.packs
    const read = { packs: activePacks(this.db, tenantId), until: Date.now() + FRESH_MS }
    this.kept.set(tenantId, read)
    // A failure is told to those who wait for it; the next one asks anew.
    read.packs.catch(() => this.kept.get(tenantId) === read && this.kept.delete(tenantId))
    return read.packs
  }
}

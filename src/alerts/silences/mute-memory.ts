import type { Db, Transaction } from '../../base/db'
import type { Log } from '../../base/log'
import { Lru } from '../../base/lru'
import { readHeads } from '../occurrences/heads-store'
import { type ActiveMutes, mutesAt } from './active-mutes'
import type { StoredSilence } from './silence'
import { silencesAfter } from './silence-store'
import type { StoredWindow } from './window'
import { enabledWindows, WINDOWS_MAX } from './window-store'

/** How long silences stay in lists of Alertmanager's API after their end: its own 120 hours. */
export const RECENT_MS = 120 * 3_600_000
/** Silences in memory for one tenant; active ones come first, because they end last. */
const SILENCES_MAX = 10_000
const TENANTS_MAX = 1_000

/** The silences and windows of one tenant as of a version. */
interface Snapshot {
  version: number
  silences: readonly StoredSilence[]
  windows: readonly StoredWindow[]
  mutes: Promise<ActiveMutes> | undefined
  validUntil: number
}

/** Keeps silences and windows in memory, and reads them again once their version has changed. */
export class MuteMemory {
  private readonly snapshots = new Lru<string, Snapshot>(TENANTS_MAX)

  constructor(
    private readonly db: Db,
    private readonly log: Log,
  ) {}

  /**
   * What is muted now, as committed by any process before the call.
   * @param version the tenant's `mute_version`, if it has just been read
   */
  async active(tenantId: string, db: Db | Transaction = this.db, version?: number): Promise<ActiveMutes> {
    const snapshot = await this.of(tenantId, db, version)
    const now = Date.now()
    if (!snapshot.mutes || now >= snapshot.validUntil) {
      snapshot.validUntil = Number.POSITIVE_INFINITY
      snapshot.mutes = this.mutesAt(snapshot, now)
    }
    return snapshot.mutes
  }

  private async mutesAt(snapshot: Snapshot, now: number): Promise<ActiveMutes> {
    const warn = (id: string, error: Error) =>
      this.log.warn('A silence or maintenance window has a matcher that is not valid here', {
        id,
        error: error.message,
      })
    try {
      const mutes = await mutesAt(snapshot, now, warn)
      snapshot.validUntil = mutes.validUntil
      return mutes
    } catch (error) {
      snapshot.mutes = undefined
      throw error
    }
  }

  /** Silences that have not ended for long, the one that ends last first. */
  async recent(tenantId: string): Promise<readonly StoredSilence[]> {
    const after = Date.now() - RECENT_MS
    return (await this.of(tenantId, this.db)).silences.filter(({ endsAt }) => endsAt > after)
  }

  /** The enabled windows, by name. */
  async windows(tenantId: string): Promise<readonly StoredWindow[]> {
    return (await this.of(tenantId, this.db)).windows
  }

  private async of(tenantId: string, db: Db | Transaction, version?: number): Promise<Snapshot> {
    const current = version ?? (await readHeads(db, tenantId)).muteVersion
    const known = this.snapshots.get(tenantId)
    if (known?.version === current) return known
    const snapshot = await load(db, tenantId, current)
    if ('executionPromise' in db && db.isTransaction)
      // What a transaction sees may be its own, and never be committed.
      db.executionPromise?.then(
        () => this.keep(tenantId, snapshot),
        () => undefined,
      )
    else this.keep(tenantId, snapshot)
    return snapshot
  }

  private keep(tenantId: string, snapshot: Snapshot) {
    const known = this.snapshots.get(tenantId)
    if (!known || known.version < snapshot.version) this.snapshots.set(tenantId, snapshot)
  }
}

/** Rows may be newer than the version, never older: then they are read again at the next call. */
async function load(db: Db, tenantId: string, version: number): Promise<Snapshot> {
  const silences = await silencesAfter(db, tenantId, Date.now() - RECENT_MS, SILENCES_MAX)
  const windows = await enabledWindows(db, tenantId, WINDOWS_MAX)
  return { version, silences, windows, mutes: undefined, validUntil: 0 }
}

import type { Db, Transaction } from '../../base/db'
import { Lru } from '../../base/lru'
import { readHeads } from '../occurrences/heads-store'
import { type CompiledRouting, compileRouting } from './compiled-routing'
import { defaultRouting } from './default-routing'
import { findRouting } from './routing-store'

/** Tenants whose routes are kept in memory; those of others are compiled each time. */
const TENANTS_MAX = 1_000

/** The compiled routes of every tenant. */
export class Routing {
  private readonly compiled = new Lru<string, CompiledRouting>(TENANTS_MAX)

  constructor(private readonly db: Db) {}

  /**
   * Current as of the call.
   * @param db a transaction sees what it has changed itself
   */
  async of(tenantId: string, db: Db | Transaction = this.db): Promise<CompiledRouting> {
    const { routingVersion } = await readHeads(db, tenantId)
    return this.at(tenantId, routingVersion, db)
  }

  /** For callers that know the current `routing_version`, which saves a statement. */
  async at(tenantId: string, routingVersion: number, db: Db | Transaction = this.db): Promise<CompiledRouting> {
    const known = this.compiled.get(tenantId)
    if (known?.version === routingVersion) return known
    const row = await findRouting(db, tenantId)
    const compiled = compileRouting(row?.config ?? defaultRouting, routingVersion)
    if (!isNewer(known, compiled)) this.compiled.set(tenantId, compiled)
    return compiled
  }
}

const isNewer = (known: CompiledRouting | undefined, compiled: CompiledRouting) =>
  known !== undefined && known.version > compiled.version

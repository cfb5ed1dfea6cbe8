import type { Audit } from '../../access'
import type { Principal } from '../../api'
import type { Db, Transaction } from '../../base/db'
import { badRequest, conflict } from '../../base/errors'
import type { AlertRouting } from '../../contract/alert-routes'
import { lockRouting } from './receiver-names'
import { countRoutes, faultsOfRouting } from './routing-faults'
import { findRouting, putRouting, type RoutingRow } from './routing-store'

export interface RoutingDeps {
  db: Db
  audit: Audit
  /** Names of a tenant's receivers. */
  receiverNames(tenantId: string, db: Db | Transaction): Promise<ReadonlySet<string>>
  /** Called after each change, when it has been committed. */
  onChange(tenantId: string): void
}

interface Change {
  config: AlertRouting
  /** What it was made from; undefined: whatever is there is replaced. */
  version?: number | undefined
  reason?: string | undefined
}

/**
 * Replaces a tenant's routes.
 * @throws Problem 400 that names every fault; 409 `version_conflict` if somebody else has changed them
 */
export async function replaceRouting(deps: RoutingDeps, by: Principal, change: Change): Promise<RoutingRow> {
  const { tenantId } = by
  const stored = await deps.db.transaction(async trx => {
    await lockRouting(trx, tenantId)
    await checkVersion(trx, tenantId, change.version)
    const faults = faultsOfRouting(change.config, await deps.receiverNames(tenantId, trx))
    if (faults.length) throw badRequest(faults)
    return storeRouting(deps, trx, by, { ...change, action: 'alert_routing.update' })
  })
  deps.onChange(tenantId)
  return stored
}

async function checkVersion(trx: Transaction, tenantId: string, version: number | undefined): Promise<void> {
  if (version === undefined) return
  const row = await findRouting(trx, tenantId)
  if (version === (row?.version ?? 0)) return
  const by = row ? `${row.updated_by} has changed the routes` : 'The routes were reset'
  throw conflict('version_conflict', `${by} since version ${version}: read them again, and repeat your change.`)
}

/** Stores a configuration that has been checked, with its audit record. The caller has called `lockRouting`. */
export async function storeRouting(
  { audit }: Pick<RoutingDeps, 'audit'>,
  trx: Transaction,
  by: Principal,
  { config, reason, action }: { config: AlertRouting; reason?: string | undefined; action: string },
): Promise<RoutingRow> {
  const stored = await putRouting(trx, { tenantId: by.tenantId, config, updatedBy: by.actor.name })
  const data = {
    version: stored.version,
    routes: countRoutes(config.route),
    inhibit_rules: config.inhibit_rules.length,
    time_intervals: Object.keys(config.time_intervals).length,
  }
  await audit.record({ by, action, target: { type: 'alert_routing', id: by.tenantId }, reason, data }, trx)
  return stored
}

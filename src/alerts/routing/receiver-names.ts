import type { Db, Transaction } from '../../base/db'
import type { AlertRoute } from '../../contract/alert-routes'
import { bumpHead } from '../occurrences/heads-store'
import { findRouting, putRouting } from './routing-store'

/**
 * Counts a change of a tenant's routes or receivers, and keeps others from changing them until the transaction ends. To
 * be called before anything about them is read: so no route names a receiver that is being deleted or renamed.
 * @returns the new `routing_version`
 */
export const lockRouting = (trx: Transaction, tenantId: string): Promise<number> =>
  bumpHead(trx, tenantId, 'routing_version')

/** How many routes name each receiver. After `lockRouting` it stays so until the transaction ends. */
export async function receiversInUse(trx: Db | Transaction, tenantId: string): Promise<Map<string, number>> {
  const row = await findRouting(trx, tenantId)
  const counts = new Map<string, number>()
  if (row) countReceivers(row.config.route, counts)
  return counts
}

function countReceivers({ receiver, routes }: AlertRoute, counts: Map<string, number>): void {
  if (receiver != null) counts.set(receiver, (counts.get(receiver) ?? 0) + 1)
  for (const child of routes) countReceivers(child, counts)
}

/**
 * Gives the routes of a receiver its new name. To be called after `lockRouting`, in the transaction that renames it.
 * @param by who renames it
 */
export async function renameReceiver(
  trx: Transaction,
  { tenantId, from, to, by }: { tenantId: string; from: string; to: string; by: string },
): Promise<void> {
  const row = await findRouting(trx, tenantId)
  if (!row || !(await receiversInUse(trx, tenantId)).has(from)) return
  const config = { ...row.config, route: renamed(row.config.route, from, to) }
  await putRouting(trx, { tenantId, config, updatedBy: by })
}

const renamed = (route: AlertRoute, from: string, to: string): AlertRoute => ({
  ...route,
  ...(route.receiver === from && { receiver: to }),
  routes: route.routes.map(child => renamed(child, from, to)),
})

import { plainArray } from '../../base/array-literal'
import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { type Resolution, storeChanges } from './alert-store'
import { lockHead } from './heads-store'

const endedRow = z.object({ id: z.string(), starts_at: z.date(), ends_at: z.date() })
const foundRow = z.object({ tenant_id: z.string(), id: z.string() })

/** Alerts of other tenants than these that ended before a time, without a particular order. */
export const findEnded = (db: Db, knownTenants: readonly string[], before: Date, limit: number) =>
  manyRows(
    db,
    foundRow,
    `SELECT tenant_id, id FROM alerts WHERE resolved_at IS NULL AND ends_at < ? AND tenant_id <> ALL (?::uuid[]) LIMIT ?`,
    [before, plainArray(knownTenants), limit],
  )

/**
 * Resolves those of some alerts that ended before a time and have not been repeated or resolved by another process.
 * @returns how many
 */
export function resolveEnded(db: Db, tenantId: string, ids: readonly string[], before: Date): Promise<number> {
  return db.transaction(async trx => {
    const version = await lockHead(trx, tenantId)
    const resolved = await stillEnded(trx, tenantId, ids, before)
    if (resolved.length) await storeChanges(trx, tenantId, version, { added: [], resolved })
    return resolved.length
  })
}

async function stillEnded(trx: Transaction, tenantId: string, ids: readonly string[], before: Date) {
  const rows = await manyRows(
    trx,
    endedRow,
    `SELECT id, starts_at, ends_at FROM alerts
     WHERE id = ANY(?::uuid[]) AND tenant_id = ? AND resolved_at IS NULL AND ends_at < ?`,
    [plainArray(ids), tenantId, before],
  )
  return rows.map(
    ({ id, starts_at, ends_at }): Resolution => ({
      id,
      startsAt: starts_at.getTime(),
      endsAt: ends_at.getTime(),
      by: 'timeout',
    }),
  )
}

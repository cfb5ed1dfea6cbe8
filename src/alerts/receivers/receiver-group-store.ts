import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { receiverSettings } from '../../contract/receivers'

const groupRow = z.object({ name: z.string(), settings: receiverSettings.group })

/** The groups of a tenant, with the names of their receivers. */
export async function receiverGroups(db: Db | Transaction, tenantId: string): Promise<Map<string, string[]>> {
  const sql = "SELECT name, settings FROM receivers WHERE tenant_id = ? AND type = 'group'"
  const rows = await manyRows(db, groupRow, sql, [tenantId])
  return new Map(rows.map(({ name, settings }) => [name, settings.receivers]))
}

/** Gives a receiver its new name in the groups that it is in. The routing of the tenant has been locked. */
export async function renameMember(
  trx: Transaction,
  { tenantId, from, to }: { tenantId: string; from: string; to: string },
): Promise<void> {
  for (const [name, receivers] of await receiverGroups(trx, tenantId)) {
    if (!receivers.includes(from)) continue
    const settings = { receivers: receivers.map(each => (each === from ? to : each)) }
    await trx.raw('UPDATE receivers SET settings = CAST(? AS jsonb) WHERE tenant_id = ? AND name = ?', [
      JSON.stringify(settings),
      tenantId,
      name,
    ])
  }
}

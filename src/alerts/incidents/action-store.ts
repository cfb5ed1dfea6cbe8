import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow } from '../../base/rows'

/** The name of a member who can be assigned. */
export async function memberName(trx: Transaction, tenantId: string, id: string): Promise<string | undefined> {
  const sql = 'SELECT name FROM users WHERE tenant_id = ? AND id = ? AND disabled_at IS NULL'
  return (await firstRow(trx, z.object({ name: z.string() }), sql, [tenantId, id]))?.name
}

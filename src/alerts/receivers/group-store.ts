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

const memberRow = z.object({
  name: z.string(),
  type: z.string(),
  enabled: z.boolean(),
  failing_since: z.date().nullable(),
  last_error: z.string().nullable(),
  last_sent_at: z.date().nullable(),
  waiting: z.number(),
})
/** A receiver of a group, as far as it tells how the group is doing. */
export type Member = z.output<typeof memberRow>

export async function membersByName(
  db: Db | Transaction,
  tenantId: string,
  names: readonly string[],
): Promise<Map<string, Member>> {
  if (!names.length) return new Map()
  const rows = await manyRows(
    db,
    memberRow,
    `SELECT name, type, enabled, failing_since, last_error, last_sent_at,
       (SELECT count(*) FROM notifications n WHERE n.receiver_id = r.id AND n.status = 'pending') AS waiting
     FROM receivers r WHERE tenant_id = ? AND name = ANY(?::text[])`,
    [tenantId, names],
  )
  return new Map(rows.map(row => [row.name, row]))
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

import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { labelSet } from '../../contract/matchers'

const firingRow = z.object({
  monitor_id: z.string(),
  rule_id: z.string(),
  tenant_id: z.string(),
  labels: labelSet,
  annotations: labelSet,
})
/** An alert that a rule has raised and not resolved. */
export type Firing = z.output<typeof firingRow>

const FIRING = 'monitor_id, rule_id, tenant_id, labels, annotations'

export const firingsOf = (db: Db | Transaction, monitorIds: readonly string[]) =>
  manyRows(db, firingRow, `SELECT ${FIRING} FROM monitor_firings WHERE monitor_id = ANY(?::uuid[])`, [monitorIds])

export const firingsOfRule = (db: Db | Transaction, ruleId: string) =>
  manyRows(db, firingRow, `SELECT ${FIRING} FROM monitor_firings WHERE rule_id = ?`, [ruleId])

export async function storeFirings(trx: Transaction, firings: readonly Firing[]): Promise<void> {
  if (!firings.length) return
  await trx.raw(
    `INSERT INTO monitor_firings (monitor_id, rule_id, tenant_id, labels, annotations)
     SELECT t.monitor_id, t.rule_id, t.tenant_id, t.labels, t.annotations
     FROM unnest(?::uuid[], ?::uuid[], ?::uuid[], ?::jsonb[], ?::jsonb[])
       AS t(monitor_id, rule_id, tenant_id, labels, annotations)
     ON CONFLICT (monitor_id, rule_id) DO UPDATE SET labels = excluded.labels, annotations = excluded.annotations`,
    [
      firings.map(({ monitor_id }) => monitor_id),
      firings.map(({ rule_id }) => rule_id),
      firings.map(({ tenant_id }) => tenant_id),
      firings.map(({ labels }) => JSON.stringify(labels)),
      firings.map(({ annotations }) => JSON.stringify(annotations)),
    ],
  )
}

export async function deleteFirings(trx: Transaction, firings: readonly Firing[]): Promise<void> {
  if (!firings.length) return
  await trx.raw(
    `DELETE FROM monitor_firings f USING unnest(?::uuid[], ?::uuid[]) AS t(monitor_id, rule_id)
     WHERE f.monitor_id = t.monitor_id AND f.rule_id = t.rule_id`,
    [firings.map(({ monitor_id }) => monitor_id), firings.map(({ rule_id }) => rule_id)],
  )
}

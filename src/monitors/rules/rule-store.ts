import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { countRow, firstRow, manyRows, oneRow } from '../../base/rows'
import { unlessTaken } from '../../base/unique'
import { actor } from '../../contract/access'
import { severity } from '../../contract/alerts'
import { ruleMonitors, ruleType } from '../../contract/monitor-rules'

const ruleRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  type: ruleType,
  monitors: ruleMonitors,
  threshold: z.number(),
  window_seconds: z.number().nullable(),
  percentile: z.number().nullable(),
  severity,
  enabled: z.boolean(),
  created_by: actor,
  created_at: z.date(),
  updated_at: z.date(),
})
export type RuleRow = z.output<typeof ruleRow>
/** What people decide on. */
export type RuleValues = Omit<RuleRow, 'created_at' | 'updated_at'>

const RULE = Object.keys(ruleRow.shape)
  .map(name => `r.${name}`)
  .join(', ')
const listedRow = ruleRow.extend({ firing: z.number() })
export type ListedRule = z.output<typeof listedRow>
const LISTED = `${RULE}, (SELECT count(*) FROM monitor_firings f WHERE f.rule_id = r.id) AS firing`

/** Enabled rules of tenants, in a fixed order. */
export const rulesOfTenants = (db: Db | Transaction, tenantIds: readonly string[]) =>
  manyRows(
    db,
    ruleRow,
    `SELECT ${RULE} FROM monitor_rules r WHERE r.tenant_id = ANY(?::uuid[]) AND r.enabled ORDER BY r.id`,
    [tenantIds],
  )

export const listRules = (db: Db | Transaction, tenantId: string) =>
  manyRows(db, listedRow, `SELECT ${LISTED} FROM monitor_rules r WHERE r.tenant_id = ? ORDER BY r.name`, [tenantId])

export const findRule = (db: Db | Transaction, tenantId: string, id: string) =>
  firstRow(db, listedRow, `SELECT ${LISTED} FROM monitor_rules r WHERE r.tenant_id = ? AND r.id = ?`, [tenantId, id])

export const lockRule = (trx: Transaction, tenantId: string, id: string) =>
  firstRow(trx, ruleRow, `SELECT ${RULE} FROM monitor_rules r WHERE r.tenant_id = ? AND r.id = ? FOR UPDATE`, [
    tenantId,
    id,
  ])

export async function countRules(trx: Transaction, tenantId: string): Promise<number> {
  return (await oneRow(trx, countRow, 'SELECT count(*) AS count FROM monitor_rules WHERE tenant_id = ?', [tenantId]))
    .count
}

const bindingsOf = (values: RuleValues) => ({
  ...values,
  monitors: JSON.stringify(values.monitors),
  created_by: JSON.stringify(values.created_by),
})

/** @returns whether its name was free */
export async function insertRule(trx: Transaction, values: RuleValues): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `INSERT INTO monitor_rules (id, tenant_id, name, type, monitors, threshold, window_seconds, percentile, severity,
       enabled, created_by)
     VALUES (:id, :tenant_id, :name, :type, CAST(:monitors AS jsonb), :threshold, :window_seconds, :percentile, :severity,
       :enabled, CAST(:created_by AS jsonb)) ON CONFLICT (tenant_id, name) DO NOTHING`,
    bindingsOf(values),
  )
  return rowCount > 0
}

/** @returns undefined if another rule has the name, which breaks the transaction */
export const updateRule = (trx: Transaction, values: RuleValues) =>
  unlessTaken(
    trx
      .raw(
        `UPDATE monitor_rules SET name = :name, monitors = CAST(:monitors AS jsonb), threshold = :threshold,
           window_seconds = :window_seconds, percentile = :percentile, severity = :severity, enabled = :enabled,
           updated_at = now()
         WHERE tenant_id = :tenant_id AND id = :id`,
        bindingsOf(values),
      )
      .then(() => true),
  )

export async function deleteRule(trx: Transaction, tenantId: string, id: string): Promise<void> {
  await trx.raw('DELETE FROM monitor_rules WHERE tenant_id = ? AND id = ?', [tenantId, id])
}

/** @returns whether this is the first time that the tenant needs its default rule */
export async function claimDefault(trx: Transaction, tenantId: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    'INSERT INTO monitor_rule_defaults (tenant_id) VALUES (?) ON CONFLICT DO NOTHING',
    [tenantId],
  )
  return rowCount > 0
}

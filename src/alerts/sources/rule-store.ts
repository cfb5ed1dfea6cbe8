import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { severity } from '../../contract/alerts'

/** What a tenant has set; null: the default applies. */
const settingRow = z.object({
  tenant_id: z.string(),
  name: z.string(),
  enabled: z.boolean().nullable(),
  severity: severity.nullable(),
  threshold: z.number().nullable(),
  window_seconds: z.number().nullable(),
})
export type RuleSetting = z.output<typeof settingRow>

/** @param tenantId null: the settings of all tenants */
export const readRuleSettings = (db: Db | Transaction, tenantId: string | null): Promise<RuleSetting[]> =>
  manyRows(
    db,
    settingRow,
    'SELECT tenant_id, name, enabled, severity, threshold, window_seconds FROM alert_rules WHERE tenant_id = coalesce(?::uuid, tenant_id)',
    [tenantId],
  )

/** Fields that are null stay as they are. */
export async function writeRuleSetting(trx: Transaction, setting: RuleSetting): Promise<void> {
  await trx.raw(
    `INSERT INTO alert_rules AS r (tenant_id, name, enabled, severity, threshold, window_seconds)
     VALUES (:tenant_id, :name, :enabled, :severity, :threshold, :window_seconds)
     ON CONFLICT (tenant_id, name) DO UPDATE SET
       enabled = coalesce(excluded.enabled, r.enabled), severity = coalesce(excluded.severity, r.severity),
       threshold = coalesce(excluded.threshold, r.threshold),
       window_seconds = coalesce(excluded.window_seconds, r.window_seconds)`,
    { ...setting },
  )
}

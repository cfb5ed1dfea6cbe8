import type { Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import { claimDefault, insertRule } from './rule-store'

/** Gives a tenant its first rule, once: it may delete it. */
export async function giveDefaultRule(trx: Transaction, tenantId: string): Promise<void> {
  if (!(await claimDefault(trx, tenantId))) return
  await insertRule(trx, {
    id: newId(),
    tenant_id: tenantId,
    name: 'MonitorDown',
    type: 'consecutive_failures',
    monitors: { all: true },
    threshold: 3,
    window_seconds: null,
    percentile: null,
    severity: 'critical',
    enabled: true,
    created_by: { type: 'system', id: null, name: 'Tailrace' },
  })
}

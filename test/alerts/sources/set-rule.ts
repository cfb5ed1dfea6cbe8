import { type RuleSetting, writeRuleSetting } from '../../../src/alerts/sources/rule-store'
import type { World } from '../incidents/world'

/** Changes a rule of the tenant. */
export const setRule = ({ db, clock }: World, name: string, change: Partial<RuleSetting>) =>
  db.transaction(trx =>
    writeRuleSetting(trx, {
      ...{ tenant_id: clock.tenantId, name, enabled: null, severity: null, threshold: null, window_seconds: null },
      ...change,
    }),
  )

import { type RuleSetting, writeRuleSetting } from '../../../src/alerts/sources/rule-store'
import type { Db } from '../../../src/base/db'
import { TENANT } from '../incidents/world'

/** Changes a rule of the tenant. */
export const setRule = (db: Db, name: string, change: Partial<RuleSetting>) =>
  db.transaction(trx =>
    writeRuleSetting(trx, {
      ...{ tenant_id: TENANT, name, enabled: null, severity: null, threshold: null, window_seconds: null },
      ...change,
    }),
  )

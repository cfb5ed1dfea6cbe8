import type { Transaction } from '../../base/db'
import { lockDispatch } from './dispatch-store'

/** The receivers of groups and incidents, for those who rename one: nobody is told again because of a name. */
export const groupReceivers = {
  /** Keeps others from changing groups until the transaction ends. To be called before it locks anything else. */
  async lock(trx: Transaction, tenantId: string): Promise<void> {
    await lockDispatch(trx, tenantId, true)
  },

  async rename(trx: Transaction, names: { tenantId: string; from: string; to: string }): Promise<void> {
    await trx.raw('UPDATE alert_groups SET receiver = :to WHERE tenant_id = :tenantId AND receiver = :from', names)
    await trx.raw(
      'UPDATE incidents SET receiver = :to WHERE tenant_id = :tenantId AND receiver = :from AND resolved_at IS NULL',
      names,
    )
  },
}

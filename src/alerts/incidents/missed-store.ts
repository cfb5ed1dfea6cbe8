import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'
import { notificationReason, notificationStatus } from '../../contract/receivers'

const latestRow = z.object({
  group_id: z.string(),
  receiver_id: z.string(),
  status: notificationStatus,
  reason: notificationReason,
  created_at: z.date(),
})
export type LatestNotification = z.output<typeof latestRow>

/** The latest notification of some groups to each receiver, or the decision that left only this receiver out. */
export const latestNotifications = (
  trx: Transaction,
  tenantId: string,
  groupIds: readonly string[],
): Promise<LatestNotification[]> =>
  manyRows(
    trx,
    latestRow,
    `SELECT DISTINCT ON (group_id, receiver_id) group_id, receiver_id, status, reason, created_at FROM notifications
     WHERE tenant_id = ? AND group_id = ANY(?::uuid[]) AND receiver_id IS NOT NULL
       AND (status <> 'not_sent' OR reason IN ('receiver_disabled', 'queue_full'))
     ORDER BY group_id, receiver_id, no DESC`,
    [tenantId, groupIds],
  )

/** Makes the groups due of which a receiver could not be told something. To be called after `lockDispatch`. */
export async function wakeGroupsMissedBy(
  trx: Transaction,
  { tenantId, receiverId, now }: { tenantId: string; receiverId: string; now: Date },
): Promise<void> {
  await trx.raw(
    `WITH woken AS (
       UPDATE alert_groups g SET next_flush_at = :now
       WHERE tenant_id = :tenantId AND flushed_at IS NOT NULL AND (next_flush_at IS NULL OR next_flush_at > :now)
         AND EXISTS (SELECT FROM notifications n WHERE n.group_id = g.id AND n.receiver_id = :receiverId
           AND (n.status = 'failed' OR n.reason = 'queue_full'))
       RETURNING 1)
     UPDATE alert_dispatch SET next_at = least(next_at, :now) WHERE tenant_id = :tenantId AND EXISTS (SELECT FROM woken)`,
    { tenantId, receiverId, now },
  )
}

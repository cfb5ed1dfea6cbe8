import type { Db } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, manyRows } from '../../base/rows'
import { notificationStatus } from '../../contract/receivers'
import { attemptRow, NOTIFICATION_COLUMNS, notificationRow } from './notification'

const claimedRow = notificationRow.extend({ message: z.string() })
/** A notification that this process sends now. */
export type Claimed = z.output<typeof claimedRow>

/** The first pending one of each group of a receiver: the only one that may be sent. */
const HEADS = `SELECT DISTINCT ON (receiver_id, group_id) id, no, receiver_id, group_id
  FROM notifications WHERE status = 'pending'`

export interface ClaimRequest {
  receiverId: string
  /** Preferred. */
  groupId: string
  leaseMs: number
  /** Takes only those created before; of a receiver that gets nothing now. */
  createdBefore: Date | null
}

/**
 * Claims the first notification of a group that is due, for so long that its sender has either stored the outcome or is
 * dead. Claiming it counts as an attempt: reports of earlier ones are late.
 */
export const claimNext = (db: Db, { receiverId, groupId, leaseMs, createdBefore }: ClaimRequest) =>
  firstRow(
    db,
    claimedRow,
    `WITH heads AS (${HEADS} AND receiver_id = :receiverId ORDER BY receiver_id, group_id, no), due AS (
       SELECT n.id FROM notifications n JOIN heads USING (id)
       WHERE n.status = 'pending' AND (n.claimed_until IS NULL OR n.claimed_until < now())
         AND (CASE WHEN CAST(:createdBefore AS timestamptz) IS NULL THEN n.next_at <= now()
              ELSE n.created_at < :createdBefore END)
       ORDER BY (n.group_id = :groupId) DESC, n.no LIMIT 1 FOR UPDATE OF n SKIP LOCKED)
     UPDATE notifications n SET claimed_until = now() + :leaseMs * interval '1 ms', attempt_count = n.attempt_count + 1
     FROM due WHERE n.id = due.id
     RETURNING ${NOTIFICATION_COLUMNS.map(name => `n.${name}`).join(', ')}, coalesce(n.message, '') AS message`,
    { receiverId, groupId, leaseMs, createdBefore },
  )

const stateRow = z.object({
  status: notificationStatus,
  receiver: z.string().nullable(),
  attempts: z.array(attemptRow),
  /** Of a pending one: ms until the first of its group is due. */
  wait_ms: z.number().nullable(),
})
export type NotificationState = z.output<typeof stateRow>

/** What has become of a notification. */
export const findState = (db: Db, tenantId: string, id: string): Promise<NotificationState | undefined> =>
  firstRow(
    db,
    stateRow,
    `SELECT n.status, n.receiver, n.attempts, (
       SELECT greatest(0, extract(epoch FROM greatest(h.next_at, h.claimed_until) - now()) * 1000)::integer
       FROM notifications h
       WHERE h.receiver_id = n.receiver_id AND h.group_id = n.group_id AND h.status = 'pending'
       ORDER BY h.no LIMIT 1) AS wait_ms
     FROM notifications n WHERE n.tenant_id = ? AND n.id = ?`,
    [tenantId, id],
  )

/** Makes everything due that waits for a receiver. */
export async function makeDue(db: Db, receiverId: string): Promise<void> {
  await db.raw(
    `UPDATE notifications SET next_at = now() WHERE id IN (
       SELECT id FROM notifications WHERE receiver_id = ? AND status = 'pending' AND next_at > now()
         AND (claimed_until IS NULL OR claimed_until < now()) ORDER BY id FOR UPDATE SKIP LOCKED)`,
    [receiverId],
  )
}

const headRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  receiver_id: z.string(),
  group_id: z.string(),
  job_id: z.string().nullable(),
  /** Its job is there and has not ended. */
  has_job: z.boolean(),
})
/** The first notification of a group that is due, and that nobody sends. */
export type DueHead = z.output<typeof headRow>

/**
 * Due for at least so long, of one receiver or of all that are enabled or gone.
 * @param expiredBefore created before: then it ends, whatever its receiver is
 */
export const findDue = (db: Db, { receiverId, overdueMs, expiredBefore, limit }: DueRequest): Promise<DueHead[]> =>
  manyRows(
    db,
    headRow,
    `WITH heads AS (${HEADS} AND (CAST(:receiverId AS uuid) IS NULL OR receiver_id = :receiverId)
       ORDER BY receiver_id, group_id, no)
     SELECT n.id, n.tenant_id, n.receiver_id, n.group_id, n.job_id,
       (j.id IS NOT NULL AND j.ended_at IS NULL) AS has_job
     FROM heads JOIN notifications n USING (id)
     LEFT JOIN receivers r ON r.id = n.receiver_id LEFT JOIN jobs j ON j.tenant_id = n.tenant_id AND j.id = n.job_id
     WHERE n.next_at <= now() - :overdueMs * interval '1 ms' AND (n.claimed_until IS NULL OR n.claimed_until < now())
       AND (coalesce(r.enabled, true) OR n.created_at < :expiredBefore)
     ORDER BY n.no LIMIT :limit`,
    { receiverId: receiverId ?? null, overdueMs, expiredBefore, limit },
  )

export interface DueRequest {
  receiverId?: string
  overdueMs: number
  expiredBefore: Date
  limit: number
}

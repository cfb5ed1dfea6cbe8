import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { idRow, idsOf, manyRows } from '../../base/rows'
import { encodeMessage } from '../receivers'
import type { NewNotification } from './notification'

/** Pending notifications of one receiver. */
const PENDING_MAX = 1_000
/** Fingerprints that are stored for searches. */
const FINGERPRINTS_MAX = 1_000

/** Inserts notifications in the order in which they are to be sent. A pending one gets a job with its id. */
export async function insertNotifications(trx: Transaction, list: readonly NewNotification[]): Promise<void> {
  await trx.raw(
    `INSERT INTO notifications (id, tenant_id, group_id, incident_id, receiver_id, receiver, status, reason, by, firing,
       resolved, group_labels, fingerprints, message, key, job_id, next_at, created_at, ended_at)
     SELECT id, tenant_id, group_id, incident_id, receiver_id, receiver, status, reason, by, firing, resolved,
       group_labels, fingerprints, message, key, key, next_at, created_at, ended_at
     FROM jsonb_to_recordset(?::jsonb) AS n(at integer, id uuid, tenant_id uuid, group_id uuid, incident_id uuid,
       receiver_id uuid, receiver text, status text, reason text, by text[], firing integer, resolved integer,
       group_labels jsonb, fingerprints text[], message text, key uuid, next_at timestamptz, created_at timestamptz,
       ended_at timestamptz)
     ORDER BY at`,
    [JSON.stringify(list.map(stored))],
  )
}

function stored(notification: NewNotification, at: number) {
  const { id, tenantId, groupId, incidentId, receiver, status, reason, by, firing, resolved } = notification
  const isPending = status === 'pending'
  return {
    ...{ at, id, tenant_id: tenantId, group_id: groupId, incident_id: incidentId },
    ...{ receiver_id: receiver?.id ?? null, receiver: receiver?.name ?? null },
    ...{ status, reason, by, firing, resolved, group_labels: notification.groupLabels },
    fingerprints: notification.fingerprints.slice(0, FINGERPRINTS_MAX),
    message: notification.message && encodeMessage(notification.message),
    key: isPending ? id : null,
    next_at: isPending ? notification.createdAt : (notification.nextAt ?? null),
    created_at: notification.createdAt,
    ended_at: isPending ? null : notification.createdAt,
  }
}

const NOT_SENT = `status = 'not_sent', reason = 'queue_full', message = NULL, next_at = NULL, ended_at = now()`
const pendingRow = z.object({ receiver_id: z.string(), pending: z.number() })

/**
 * Keeps what waits for a receiver within its bound. First, notices that only say what fires are left out when the next
 * one of their group only does that, too: a message holds all alerts of its group that fire. What tells of an end is kept,
 * and so is what comes before it. If that is not enough, the newest are left out, first those that tell of no end: their
 * groups tell what still fires when the receiver has recovered, but an end would never be told.
 * @returns ids of notifications that are not sent
 */
export async function makeRoom(trx: Transaction, receiverIds: readonly string[]): Promise<Set<string>> {
  const left = new Set<string>()
  const full = await overfull(trx, receiverIds)
  if (!full.length) return left
  for (const { receiver_id } of full) {
    for (const id of await foldSuperseded(trx, receiver_id)) left.add(id)
  }
  for (const { receiver_id, pending } of await overfull(trx, receiverIds)) {
    for (const id of await dropNewest(trx, receiver_id, pending - PENDING_MAX)) left.add(id)
  }
  return left
}

const overfull = (trx: Transaction, receiverIds: readonly string[]) =>
  manyRows(
    trx,
    pendingRow,
    `SELECT receiver_id, count(*) AS pending FROM notifications
     WHERE receiver_id = ANY(?::uuid[]) AND status = 'pending' GROUP BY receiver_id HAVING count(*) > ?
     ORDER BY receiver_id`,
    [receiverIds, PENDING_MAX],
  )

const UNCLAIMED = `(n.claimed_until IS NULL OR n.claimed_until < now())`

async function foldSuperseded(trx: Transaction, receiverId: string): Promise<string[]> {
  return idsOf(
    await manyRows(
      trx,
      idRow,
      `UPDATE notifications SET ${NOT_SENT} WHERE id IN (
         SELECT n.id FROM notifications n JOIN (
           SELECT id, resolved, lead(resolved) OVER (PARTITION BY group_id ORDER BY no) AS next_resolved
           FROM notifications WHERE receiver_id = :receiverId AND status = 'pending') AS x USING (id)
         WHERE x.resolved = 0 AND x.next_resolved = 0 AND n.status = 'pending' AND ${UNCLAIMED}
         ORDER BY n.id FOR UPDATE OF n SKIP LOCKED)
       RETURNING id`,
      { receiverId },
    ),
  )
}

async function dropNewest(trx: Transaction, receiverId: string, count: number): Promise<string[]> {
  return idsOf(
    await manyRows(
      trx,
      idRow,
      `UPDATE notifications SET ${NOT_SENT} WHERE id IN (
         SELECT n.id FROM notifications n WHERE n.receiver_id = :receiverId AND n.status = 'pending' AND ${UNCLAIMED}
         ORDER BY n.resolved > 0, n.no DESC LIMIT :count FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      { receiverId, count },
    ),
  )
}

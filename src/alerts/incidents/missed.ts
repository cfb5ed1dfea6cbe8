import type { Db } from '../../base/db'
import { lockDispatch } from './dispatch-store'
import type { Group } from './group-store'
import { type LatestNotification, latestNotifications, wakeGroupsMissedBy } from './missed-store'
import type { Recipient, RouteReceiver } from './recipient-store'
import type { Round } from './round'

/** Makes groups tell a receiver that has recovered what it missed. */
export const tellAgain = (db: Db, { tenantId, id }: { tenantId: string; id: string }, now: Date): Promise<void> =>
  db.transaction(async trx => {
    await lockDispatch(trx, tenantId, true)
    await wakeGroupsMissedBy(trx, { tenantId, receiverId: id, now })
  })

/**
 * Those of each group who were left out or could not be reached when the others were told, and can be told now: a receiver
 * that was disabled, has recovered, or was added to those of the route.
 */
export async function missedBy(
  { trx, tenantId }: Pick<Round, 'trx' | 'tenantId'>,
  due: readonly Group[],
  receivers: ReadonlyMap<string, RouteReceiver>,
): Promise<Map<string, Recipient[]>> {
  const told = due.filter(({ toldAt, isDetached }) => toldAt !== null && !isDetached)
  const ids = told.map(({ id }) => id)
  const latest = ids.length ? await latestNotifications(trx, tenantId, ids) : []
  return new Map(
    told.map(group => {
      const own = latest.filter(({ group_id }) => group_id === group.id)
      return [group.id, missedIn(group, receivers.get(group.receiver ?? ''), own)]
    }),
  )
}

function missedIn(
  { toldAt }: Group,
  receiver: RouteReceiver | undefined,
  latest: readonly LatestNotification[],
): Recipient[] {
  if (!receiver) return []
  const wereOthersTold = latest.some(({ created_at }) => created_at.getTime() >= (toldAt ?? 0))
  return receiver.recipients.filter(({ id, enabled, is_failing }) => {
    if (!enabled || is_failing) return false
    const last = latest.find(({ receiver_id }) => receiver_id === id)
    return last ? wasMissed(last, id !== receiver.id) : wereOthersTold
  })
}

/** What was sent because something was missed, and failed for good, is left to the repeat. */
function wasMissed({ status, reason }: LatestNotification, isMember: boolean): boolean {
  if (status === 'failed') return reason !== 'missed'
  if (status !== 'not_sent') return false
  // While a receiver alone is disabled, nothing counts as told.
  return reason === 'queue_full' || isMember
}

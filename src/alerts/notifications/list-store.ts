import type { Db } from '../../base/db'
import { isUuid } from '../../base/ids'
import { manyRows } from '../../base/rows'
import type { NotificationStatus } from '../../contract/receivers'
import { NOTIFICATION_COLUMNS, type NotificationRow, notificationRow } from './notification'

export interface NotificationFilter {
  incident?: string | undefined
  /** A name or an id. */
  receiver?: string | undefined
  status?: NotificationStatus[] | undefined
  fingerprint?: string | undefined
  sent_only: boolean
}

/** A receiver that was deleted has a name but no id. */
const COLUMNS = NOTIFICATION_COLUMNS.map(name => (name === 'receiver_id' ? 'r.id AS receiver_id' : `n.${name}`)).join(
  ', ',
)

/** The newest first. */
export const listNotifications = (
  db: Db,
  tenantId: string,
  filter: NotificationFilter,
  page: { before: string | undefined; limit: number },
): Promise<NotificationRow[]> =>
  manyRows(
    db,
    notificationRow,
    `SELECT ${COLUMNS} FROM notifications n LEFT JOIN receivers r ON r.tenant_id = n.tenant_id AND r.id = n.receiver_id
     WHERE n.tenant_id = :tenantId AND (CAST(:before AS uuid) IS NULL OR n.id < :before)
       ${filter.incident ? 'AND n.incident_id = :incident' : ''}
       ${filter.receiver ? 'AND (n.receiver = :receiver OR n.receiver_id = :receiverId)' : ''}
       ${filter.status ? 'AND n.status = ANY(CAST(:status AS text[]))' : ''}
       ${filter.fingerprint ? 'AND n.fingerprints @> ARRAY[:fingerprint]' : ''}
       ${filter.sent_only ? "AND n.status <> 'not_sent'" : ''}
     ORDER BY n.id DESC LIMIT :limit`,
    {
      tenantId,
      before: page.before ?? null,
      limit: page.limit,
      ...(filter.incident && { incident: filter.incident }),
      ...(filter.receiver && {
        receiver: filter.receiver,
        receiverId: isUuid(filter.receiver) ? filter.receiver : null,
      }),
      ...(filter.status && { status: filter.status }),
      ...(filter.fingerprint && { fingerprint: filter.fingerprint }),
    },
  )

/** The latest notifications about an alert. */
export async function notificationsOf(db: Db, tenantId: string, fingerprint: string, limit: number) {
  const found = await listNotifications(db, tenantId, { fingerprint, sent_only: false }, { before: undefined, limit })
  return found.map(shownNotification)
}

/** A notification as the API shows it. */
export function shownNotification(row: NotificationRow) {
  const { tenant_id: _tenant, group_id: _group, fingerprints: _fingerprints, attempt_count: _count, ...rest } = row
  return rest
}

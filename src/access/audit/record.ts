import type { Actor } from '../../contract/access'
import type { AuditRecord } from '../../contract/audit'
import type { AuditRow } from './store'

export const actorOf = (row: Pick<AuditRow, 'actor_type' | 'actor_id' | 'actor_name'>): Actor => ({
  type: row.actor_type,
  id: row.actor_id,
  name: row.actor_name,
})

export const targetOf = ({
  target_type: type,
  target_id: id,
}: Pick<AuditRow, 'target_type' | 'target_id'>): AuditRecord['target'] => (type && id ? { type, id } : null)

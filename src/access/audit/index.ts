export { auditRoutes } from './routes'

import type { Db } from '../../base/db'
import { newId } from '../../base/ids'
import { redact } from '../../base/redact'
import type { Actor } from '../principal'
import { addAuditRow } from './store'

/** One change, as told to `Audit.record`. */
export interface AuditEntry {
  /** Who did it: a principal fits. */
  by: { tenantId: string; actor: Actor }
  /** `noun.verb`: `job.cancel`, `token.create`. */
  action: string
  target?: { type: string; id: string }
  reason?: string | undefined
  /** `ok` unless given. */
  result?: 'ok' | 'refused' | 'failed'
  /** Further facts; secrets in it are hidden. */
  data?: Record<string, unknown>
}

export interface Audit {
  /** @param trx the transaction of the change itself, so that neither is there without the other */
  record(entry: AuditEntry, trx?: Db): Promise<void>
}

export function createAudit(db: Db): Audit {
  return {
    record: ({ by, action, target, reason, result = 'ok', data }, trx = db) =>
      addAuditRow(trx, {
        id: newId(),
        tenant_id: by.tenantId,
        actor_type: by.actor.type,
        actor_id: by.actor.id,
        actor_name: by.actor.name,
        action,
        target_type: target?.type ?? null,
        target_id: target?.id ?? null,
        reason: reason?.replaceAll('\0', '\ufffd') ?? null,
        result,
        data: data ? JSON.stringify(redact(data)) : null,
      }),
  }
}

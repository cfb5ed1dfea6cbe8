export { AUDIT_ROLE, auditRoutes } from './routes'
export { createTelling, type EventWriter } from './telling'

import type { Db, Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import { redact } from '../../base/redact'
import type { Actor } from '../../contract/access'
import { addAuditRow } from './store'
import type { Telling } from './telling'

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
  record(entry: AuditEntry, trx?: Transaction): Promise<void>
}

export function createAudit(db: Db, telling: Pick<Telling, 'tell'>): Audit {
  return {
    async record(entry, trx) {
      const row = rowOf(entry)
      await addAuditRow(trx ?? db, row)
      const tell = () => telling.tell({ tenantId: row.tenant_id, id: row.id })
      if (!trx) return tell()
      // rolled back: there is nothing to tell of, and whoever began it is told why
      trx.executionPromise.then(tell, () => undefined)
    },
  }
}

const rowOf = ({ by, action, target, reason, result = 'ok', data }: AuditEntry) => ({
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
})

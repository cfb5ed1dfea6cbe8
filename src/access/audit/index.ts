export { createAuditEvents, type EventWriter } from './events'
export { AUDIT_ROLE, auditRoutes } from './routes'

import type { Db, Transaction } from '../../base/db'
import { newId } from '../../base/ids'
import { redact } from '../../base/redact'
import type { Actor } from '../../contract/access'
import type { AuditRecord } from '../../contract/audit'
import { type AuditEvents, eventOf, type TenantEvents } from './events'
import { addAuditRows } from './store'

/** One change, as given to `Audit.record`. */
export interface AuditEntry {
  /** Who made the change, for example a `Principal`. */
  by: { tenantId: string; actor: Actor }
  /** `noun.verb`: `job.cancel`, `token.create`. */
  action: string
  target?: { type: string; id: string }
  reason?: string | undefined
  /** Default: `ok`. */
  result?: AuditRecord['result']
  /** Further details; secrets in them are redacted. */
  data?: Record<string, unknown>
}

export interface Audit {
  /** @param trx the transaction of the change, so that the change and its record are committed together */
  record(entry: AuditEntry, trx?: Transaction): Promise<void>
}

export function createAudit(db: Db, events: Pick<AuditEvents, 'publish'>): Audit {
  return {
    async record(entry, trx) {
      const row = rowOf(entry)
      await addAuditRows(trx ?? db, [row], false)
      const publish = () => events.publish({ tenantId: row.tenant_id, id: row.id })
      if (!trx) return publish()
      // After a rollback there is nothing to publish, and its error goes to the owner of the transaction.
      trx.executionPromise.then(publish, () => undefined)
    },
  }
}

/**
 * Records changes in a transaction of the streams writer, so that a change needs no commit of its own for them.
 * @returns their events, which the caller has to append in this transaction
 */
export async function recordIn(trx: Transaction, entries: readonly AuditEntry[]): Promise<TenantEvents[]> {
  if (!entries.length) return []
  const rows = entries.map(rowOf)
  const at = await addAuditRows(trx, rows, true)
  return rows.map(row => eventOf({ ...row, at }))
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
  reason: reason?.replaceAll('\0', '\ufffd').toWellFormed() ?? null,
  result,
  data: data ? JSON.stringify(redact(data)) : null,
})

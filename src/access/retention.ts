import type { Db } from '../base/db'
import { expiringRows } from '../base/expiring'
import type { RetentionTarget } from '../base/retention'
import { tableSize } from '../base/table-store'
import { countAuditRows, deleteAuditRows, oldestAuditRow } from './audit/store'
import { tenantIds } from './tenant-store'

/** Expired rows are refused anyway; deleting them only keeps the tables small. */
const EXPIRED = { fixedMs: 0 }

/** The data of access and how long it is kept. */
export const accessRetention = (db: Db): RetentionTarget[] => [
  expiringRows(db, {
    name: 'sessions',
    summary: 'Expired sessions.',
    table: 'sessions',
    column: 'expires_at',
    keep: EXPIRED,
  }),
  expiringRows(db, {
    name: 'sign_in_codes',
    summary: 'Expired one-time links.',
    table: 'sign_in_codes',
    column: 'expires_at',
    keep: EXPIRED,
  }),
  expiringRows(db, {
    name: 'tickets',
    summary: 'Expired tickets for WebSockets.',
    table: 'tickets',
    column: 'expires_at',
    keep: EXPIRED,
  }),
  expiringRows(db, {
    name: 'sign_in_attempts',
    summary: 'Counts of failed sign-ins whose time window has ended.',
    table: 'sign_in_attempts',
    column: 'ends_at',
    keep: EXPIRED,
  }),
  auditLog(db),
]

const auditLog = (db: Db): RetentionTarget => ({
  name: 'audit_log',
  summary: 'The audit log: who changed what.',
  keep: { term: 'audit' },
  async measure() {
    const oldest = await Promise.all((await tenantIds(db)).map(id => oldestAuditRow(db, id)))
    const times = oldest.flatMap(at => (at ? [at.getTime()] : []))
    return { oldest: times.length ? new Date(Math.min(...times)) : null, ...(await tableSize(db, 'audit_log')) }
  },
  async count(before) {
    const counts = await Promise.all((await tenantIds(db)).map(id => countAuditRows(db, id, before)))
    return counts.reduce((sum, count) => sum + count, 0)
  },
  /** The cursor is a tenant. */
  async sweep(before, limit, cursor) {
    const tenants = (await tenantIds(db)).filter(id => cursor === null || id >= cursor)
    const [tenantId] = tenants
    if (tenantId === undefined) return { deleted: 0, next: null }
    const deleted = await deleteAuditRows(db, tenantId, before, limit)
    return { deleted, next: deleted === limit ? tenantId : (tenants[1] ?? null) }
  },
})

import type { Db, Transaction } from '../base/db'
import { hashSecret } from '../base/ids'
import { z } from '../base/parse'
import { idRow, idsOf, manyRows, oneRow } from '../base/rows'

const tenantRow = z.object({ id: z.string(), name: z.string(), created_at: z.date() })
const TENANT = 'id, name, created_at'

export const tenantIds = async (db: Db) => idsOf(await manyRows(db, idRow, 'SELECT id FROM tenants ORDER BY id'))

/** @throws Error if there is no such tenant */
export const tenantById = (db: Db, id: string) =>
  oneRow(db, tenantRow.pick({ id: true, name: true }), 'SELECT id, name FROM tenants WHERE id = :id', { id })

export const addTenant = (db: Db, tenant: { id: string; name: string }) =>
  oneRow(db, tenantRow, `INSERT INTO tenants (id, name) VALUES (:id, :name) RETURNING ${TENANT}`, tenant)

/** Newest first. */
export const listTenants = (db: Db, { before, limit }: { before: string | undefined; limit: number }) =>
  manyRows(
    db,
    tenantRow,
    `SELECT ${TENANT} FROM tenants WHERE :before::uuid IS NULL OR id < :before ORDER BY id DESC LIMIT :limit`,
    { before: before ?? null, limit },
  )

export async function ensureTenant(db: Db, { id, name }: { id: string; name: string }): Promise<void> {
  await db.raw('INSERT INTO tenants (id, name) VALUES (:id, :name) ON CONFLICT (id) DO NOTHING', { id, name })
}

/** Serializes changes of members, roles and tokens within a tenant until the transaction ends. */
export const lockTenant = (trx: Transaction, id: string) =>
  trx.raw('SELECT 1 FROM tenants WHERE id = :id FOR NO KEY UPDATE', { id })

/** An id that all processes of an installation share, derived from the microsecond its default tenant was created. */
export async function installationId(db: Db, defaultTenantId: string): Promise<string> {
  const { at } = await oneRow(
    db,
    z.object({ at: z.string() }),
    'SELECT CAST(extract(epoch FROM created_at) AS text) AS at FROM tenants WHERE id = ?',
    [defaultTenantId],
  )
  return hashSecret(at).slice(0, 8)
}

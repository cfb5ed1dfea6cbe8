import type { Db, Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { firstRow, idRow, manyRows, oneRow } from '../../base/rows'
import { type Actor, actor } from '../../contract/access'

const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  reusable: z.boolean(),
  created_by: actor,
  created_at: z.date(),
  expires_at: z.date(),
  last_used_at: z.date().nullable(),
  used: z.number(),
})
export type TokenRow = z.output<typeof tokenRow>

const COLUMNS = Object.keys(tokenRow.shape).join(', ')

/** Newest first. */
export const listTokens = (
  db: Db,
  { tenantId, before, limit }: { tenantId: string; before: string | undefined; limit: number },
) =>
  manyRows(
    db,
    tokenRow,
    `SELECT ${COLUMNS} FROM agent_tokens
     WHERE tenant_id = :tenantId AND (CAST(:before AS uuid) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit`,
    { tenantId, before: before ?? null, limit },
  )

export interface NewToken {
  id: string
  tenantId: string
  name: string
  hash: string
  reusable: boolean
  createdBy: Actor
  expiresAt: Date
}

export const addToken = (db: Db, token: NewToken): Promise<TokenRow> =>
  oneRow(
    db,
    tokenRow,
    `INSERT INTO agent_tokens (id, tenant_id, name, hash, reusable, created_by, expires_at)
     VALUES (:id, :tenantId, :name, :hash, :reusable, :createdBy, :expiresAt) RETURNING ${COLUMNS}`,
    { ...token, createdBy: JSON.stringify(token.createdBy) },
  )

/** @returns whether there was such a token */
export async function removeToken(db: Db, tenantId: string, id: string): Promise<boolean> {
  const removed = await firstRow(db, idRow, 'DELETE FROM agent_tokens WHERE tenant_id = ? AND id = ? RETURNING id', [
    tenantId,
    id,
  ])
  return removed !== undefined
}

const usedRow = z.object({ id: z.string(), tenant_id: z.string() })

/**
 * Counts an enrolment, if the token is good for one: it has not expired, and was not used before unless it is reusable.
 * Locks its row, so that of two agents with the same token one is refused.
 */
export const spendToken = (trx: Transaction, hash: string) =>
  firstRow(
    trx,
    usedRow,
    `UPDATE agent_tokens SET used = used + 1, last_used_at = now()
     WHERE hash = :hash AND expires_at > now() AND (reusable OR used = 0) RETURNING id, tenant_id`,
    { hash },
  )

import type { Principal } from '../api'
import type { Transaction } from '../base/db'
import { z } from '../base/parse'
import { firstRow, idRow, idsOf, manyRows } from '../base/rows'
import type { Role } from '../contract/access'
import { ROLES } from '../contract/values'
import { removeSessionsOfTokens } from './session-store'

/** A member or a token. The tokens and links it created end with it. */
export interface Creator {
  tenantId: string
  id: string
}

/** Tokens created by the creator or, in turn, with one of those. Ids of members and tokens never coincide. */
const CREATED = `WITH RECURSIVE created AS (
    SELECT id FROM api_tokens WHERE tenant_id = :tenantId AND created_by->>'id' = :id
  UNION
    SELECT t.id FROM api_tokens t JOIN created c ON t.created_by->>'id' = c.id::text WHERE t.tenant_id = :tenantId)`

/**
 * Revokes the tokens that the creator created, directly or with another token, and deletes the unused one-time links
 * that any of them created.
 * @returns the tokens and sessions that have ended
 */
export async function revokeCreatedBy(trx: Transaction, creator: Creator): Promise<string[]> {
  await removeCodesCreatedBy(trx, creator)
  const revoked = await manyRows(
    trx,
    idRow,
    `${CREATED} UPDATE api_tokens t SET revoked_at = now() FROM created
     WHERE t.id = created.id AND t.revoked_at IS NULL RETURNING t.id`,
    { ...creator },
  )
  const tokens = idsOf(revoked)
  return [...tokens, ...(await removeSessionsOfTokens(trx, tokens))]
}

/**
 * Limits the tokens that a member created, directly or with another token, to the member's new role. Unless that is
 * `admin`, their unused one-time links are deleted.
 * @returns the tokens whose role has changed, and their sessions
 */
export async function limitRoleOfCreatedBy(trx: Transaction, creator: Creator, role: Role): Promise<string[]> {
  if (role !== 'admin') await removeCodesCreatedBy(trx, creator)
  const higher = ROLES.slice(ROLES.indexOf(role) + 1)
  const limited = await manyRows(
    trx,
    idRow,
    `${CREATED} UPDATE api_tokens t SET role = :role FROM created
     WHERE t.id = created.id AND t.role = ANY(:higher) AND t.revoked_at IS NULL RETURNING t.id`,
    { ...creator, role, higher },
  )
  const tokens = idsOf(limited)
  const sessions = await manyRows(trx, idRow, 'SELECT id FROM sessions WHERE token_id = ANY(?::uuid[])', [tokens])
  return [...tokens, ...idsOf(sessions)]
}

const removeCodesCreatedBy = (trx: Transaction, creator: Creator) =>
  trx.raw(`${CREATED} DELETE FROM sign_in_codes WHERE made_by = :id OR made_by IN (SELECT id FROM created)`, {
    ...creator,
  })

/** The latest expiry of what the caller creates: that of the caller's own token. Null for members. */
export async function latestExpiry(trx: Transaction, { tenantId, actor }: Principal): Promise<Date | null> {
  const token = await firstRow(
    trx,
    z.object({ expires_at: z.date().nullable() }),
    'SELECT expires_at FROM api_tokens WHERE tenant_id = ? AND id = ?',
    [tenantId, actor.id],
  )
  return token?.expires_at ?? null
}

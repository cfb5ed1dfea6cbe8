import type { Principal } from '../api'
import { type Db, rows, type Transaction } from '../base/db'
import type { Role } from '../contract/access'
import { ROLES } from '../contract/values'

/** A member or a token: what it made ends with it. */
export interface Maker {
  tenantId: string
  id: string
}

/** Tokens that somebody made, and tokens made with those. Ids of members and tokens differ, so the type is not asked. */
const MADE_BY = `WITH RECURSIVE made AS (
    SELECT id FROM api_tokens WHERE tenant_id = :tenantId AND created_by->>'id' = :id
  UNION
    SELECT t.id FROM api_tokens t JOIN made m ON t.created_by->>'id' = m.id::text WHERE t.tenant_id = :tenantId)`

const idsOf = (found: { id: string }[]) => found.map(({ id }) => id)

/**
 * Revokes the tokens that somebody made, with all that was made with those, and takes away the one-time links that any of
 * them made and nobody has used.
 * @returns the tokens and sessions that have ended
 */
export async function revokeMadeBy(trx: Transaction, maker: Maker): Promise<string[]> {
  await removeCodesOf(trx, maker)
  const revoked = await rows<{ id: string }>(
    trx,
    `${MADE_BY} UPDATE api_tokens t SET revoked_at = now() FROM made
     WHERE t.id = made.id AND t.revoked_at IS NULL RETURNING t.id`,
    { ...maker },
  )
  const tokens = idsOf(revoked)
  return [...tokens, ...(await endSessionsOf(trx, tokens))]
}

/**
 * Narrows the tokens that a member made, and those made with them, to the role that the member has now; the one-time
 * links of who is no admin any more are taken away.
 * @returns the tokens and their sessions
 */
export async function narrowMadeBy(trx: Transaction, maker: Maker, role: Role): Promise<string[]> {
  if (role !== 'admin') await removeCodesOf(trx, maker)
  const above = ROLES.slice(ROLES.indexOf(role) + 1)
  const narrowed = await rows<{ id: string }>(
    trx,
    `${MADE_BY} UPDATE api_tokens t SET role = :role FROM made
     WHERE t.id = made.id AND t.role = ANY(:above) AND t.revoked_at IS NULL RETURNING t.id`,
    { ...maker, role, above },
  )
  const tokens = idsOf(narrowed)
  const sessions = await rows<{ id: string }>(trx, 'SELECT id FROM sessions WHERE token_id = ANY(?::uuid[])', [tokens])
  return [...tokens, ...idsOf(sessions)]
}

const removeCodesOf = (trx: Transaction, maker: Maker) =>
  trx.raw(`${MADE_BY} DELETE FROM sign_in_codes WHERE made_by = :id OR made_by IN (SELECT id FROM made)`, { ...maker })

/** Ends the sessions that were opened with tokens. @returns their ids */
export async function endSessionsOf(db: Db, tokenIds: string[]): Promise<string[]> {
  return idsOf(await rows(db, 'DELETE FROM sessions WHERE token_id = ANY(?::uuid[]) RETURNING id', [tokenIds]))
}

/** When what somebody makes has to end at the latest: with the token that makes it. Members have no such end. */
export async function endOf(trx: Transaction, { tenantId, actor }: Principal): Promise<Date | null> {
  const [token] = await rows<{ expires_at: Date | null }>(
    trx,
    'SELECT expires_at FROM api_tokens WHERE tenant_id = ? AND id = ?',
    [tenantId, actor.id],
  )
  return token?.expires_at ?? null
}

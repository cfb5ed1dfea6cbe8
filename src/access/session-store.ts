import type { Db } from '../base/db'
import { z } from '../base/parse'
import { idRow, idsOf, manyRows } from '../base/rows'

const sessionRow = z.object({
  id: z.string(),
  holder_type: z.enum(['user', 'token']),
  holder_id: z.string(),
  holder_name: z.string(),
  created_at: z.date(),
  used_at: z.date(),
  expires_at: z.date(),
  client: z.string().nullable(),
  agent: z.string().nullable(),
})
export type SessionRow = z.output<typeof sessionRow>

/** Valid sessions, newest first. @param holderId a member or token; undefined: the whole tenant */
export const listSessions = (
  db: Db,
  {
    holderId,
    before,
    ...page
  }: { tenantId: string; holderId: string | undefined; before: string | undefined; limit: number },
) =>
  manyRows(
    db,
    sessionRow,
    `SELECT s.id, l.actor_type AS holder_type, l.actor_id AS holder_id, l.actor_name AS holder_name, s.created_at,
       s.used_at, s.expires_at, s.client, s.agent
     FROM sessions s JOIN live_credentials l ON l.id = s.id AND l.kind = 'session'
     WHERE s.tenant_id = :tenantId AND (:holderId::uuid IS NULL OR s.user_id = :holderId OR s.token_id = :holderId)
       AND (:before::uuid IS NULL OR s.id < :before)
     ORDER BY s.id DESC LIMIT :limit`,
    { ...page, holderId: holderId ?? null, before: before ?? null },
  )

export interface NewSession {
  id: string
  tenantId: string
  userId: string | null
  tokenId: string | null
  client: string
  agent: string
  hash: string
  lifeSeconds: number
}

export async function addSession(db: Db, session: NewSession): Promise<void> {
  await db.raw(
    `INSERT INTO sessions (id, tenant_id, user_id, token_id, secret_hash, client, agent, expires_at)
     VALUES (:id, :tenantId, :userId, :tokenId, :hash, :client, :agent, now() + make_interval(secs => :lifeSeconds))`,
    { ...session },
  )
}

/** @param holderId if given, removes only a session of this member or token. @returns whether there was one */
export async function removeSession(
  db: Db,
  { holderId, ...session }: { tenantId: string; id: string; holderId?: string | undefined },
): Promise<boolean> {
  const removed = await manyRows(
    db,
    idRow,
    `DELETE FROM sessions
     WHERE id = :id AND tenant_id = :tenantId
       AND (:holderId::uuid IS NULL OR user_id = :holderId OR token_id = :holderId) RETURNING id`,
    { ...session, holderId: holderId ?? null },
  )
  return removed.length > 0
}

/** @returns the ids of a user's other sessions, which have ended */
export const removeOtherSessions = async (db: Db, userId: string, keep: string) =>
  idsOf(
    await manyRows(db, idRow, 'DELETE FROM sessions WHERE user_id = :userId AND id <> :keep RETURNING id', {
      userId,
      keep,
    }),
  )

/** @returns the ids of the sessions opened with these tokens, which have ended */
export const removeSessionsOfTokens = async (db: Db, tokenIds: string[]) =>
  idsOf(await manyRows(db, idRow, 'DELETE FROM sessions WHERE token_id = ANY(?::uuid[]) RETURNING id', [tokenIds]))

import { type Db, rows } from '../base/db'

export interface SessionRow {
  id: string
  holder_type: 'user' | 'token'
  holder_id: string
  holder_name: string
  created_at: Date
  used_at: Date
  expires_at: Date
  client: string | null
  agent: string | null
}

/** Live ones, newest first. @param holderId a user or token; without one those of the whole tenant */
export const listSessions = (
  db: Db,
  { holderId, before, ...page }: { tenantId: string; holderId?: string; before?: string | undefined; limit: number },
) =>
  rows<SessionRow>(
    db,
    `SELECT s.id, l.actor_type AS holder_type, l.actor_id AS holder_id, l.actor_name AS holder_name, s.created_at,
       s.used_at, s.expires_at, s.client, s.agent
     FROM sessions s JOIN live_credentials l ON l.id = s.id AND l.kind = 'session'
     WHERE s.tenant_id = :tenantId AND (:holderId::uuid IS NULL OR s.user_id = :holderId OR s.token_id = :holderId)
       AND (:before::uuid IS NULL OR s.id < :before)
     ORDER BY s.id DESC LIMIT :limit`,
    { ...page, holderId: holderId ?? null, before: before ?? null },
  )

/** @param holderId ends it only when it is theirs. @returns whether there was one */
export async function endSession(
  db: Db,
  { holderId, ...session }: { tenantId: string; id: string; holderId?: string | undefined },
): Promise<boolean> {
  const ended = await rows(
    db,
    `DELETE FROM sessions
     WHERE id = :id AND tenant_id = :tenantId
       AND (:holderId::uuid IS NULL OR user_id = :holderId OR token_id = :holderId) RETURNING id`,
    { ...session, holderId: holderId ?? null },
  )
  return ended.length > 0
}

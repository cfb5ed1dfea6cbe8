import type { Db } from '../base/db'
import { z } from '../base/parse'
import { firstRow, idRow, idsOf, manyRows } from '../base/rows'
import { role } from '../contract/access'

/** A valid token or session, and the actor it belongs to. */
const credentialRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  role,
  kind: z.enum(['token', 'session']),
  actor_type: z.enum(['user', 'token']),
  actor_id: z.string(),
  actor_name: z.string(),
  used_at: z.date().nullable(),
  expires_at: z.date().nullable(),
})
export type Credential = z.output<typeof credentialRow>

const CREDENTIAL = 'id, tenant_id, role, kind, actor_type, actor_id, actor_name, used_at, expires_at'

export const credentialByHash = (db: Db, hash: string) =>
  firstRow(db, credentialRow, `SELECT ${CREDENTIAL} FROM live_credentials WHERE secret_hash = :hash`, { hash })

export const credentialById = (db: Db, id: string) =>
  firstRow(db, credentialRow, `SELECT ${CREDENTIAL} FROM live_credentials WHERE id = :id`, { id })

/** Which of these sessions and tokens have ended. */
export async function endedCredentials(db: Db, ids: string[]): Promise<string[]> {
  const ended = await manyRows(
    db,
    idRow,
    `SELECT asked.id FROM unnest(:ids::uuid[]) AS asked (id)
     WHERE NOT EXISTS (SELECT 1 FROM live_credentials l WHERE l.id = asked.id)`,
    { ids },
  )
  return idsOf(ended)
}

/** Records the use of a token, at most once a minute. */
export const touchToken = (db: Db, id: string) =>
  db.raw(
    `UPDATE api_tokens SET last_used_at = now()
     WHERE id = :id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    { id },
  )

/** Records the use of a session and extends it, at most once an hour. */
export const touchSession = (db: Db, id: string, lifeSeconds: number) =>
  db.raw(
    `UPDATE sessions SET used_at = now(), expires_at = now() + make_interval(secs => :lifeSeconds)
     WHERE id = :id AND used_at < now() - interval '1 hour'`,
    { id, lifeSeconds },
  )

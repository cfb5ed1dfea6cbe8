import type { Db } from '../base/db'
import { z } from '../base/parse'
import { firstRow, oneRow } from '../base/rows'

/** @returns when the ticket expires */
export async function addTicket(
  db: Db,
  ticket: { hash: string; credentialId: string; topics: string[]; lifeSeconds: number },
): Promise<Date> {
  const { expires_at } = await oneRow(
    db,
    z.object({ expires_at: z.date() }),
    `INSERT INTO tickets (ticket_hash, credential_id, topics, expires_at)
     VALUES (:hash, :credentialId, :topics, now() + make_interval(secs => :lifeSeconds)) RETURNING expires_at`,
    ticket,
  )
  return expires_at
}

/** Redeems a ticket that has not expired, by deleting it. */
export const redeemTicket = (db: Db, hash: string) =>
  firstRow(
    db,
    z.object({ credential_id: z.string(), topics: z.array(z.string()) }),
    'DELETE FROM tickets WHERE ticket_hash = :hash AND expires_at > now() RETURNING credential_id, topics',
    { hash },
  )

import { created, type Endpoint, endpoint, type Principal } from '../api'
import type { Db } from '../base/db'
import { hashSecret, newSecret } from '../base/ids'
import { ticketRoutes as routes } from '../contract/tickets'
import { credentialById } from './credential-store'
import { principalOf } from './credentials'
import { unauthorized } from './requests'
import { addTicket, redeemTicket } from './ticket-store'

const TICKET_LIFE_SECONDS = 30

/** @throws Problem when a topic is malformed (400) or does not exist for this principal (404) */
export type CheckTopics = (principal: Principal, topics: string[]) => Promise<void>

/** What a ticket grants: these topics, as the principal who requested it. */
export interface TicketGrant {
  principal: Principal
  topics: string[]
}

export const ticketRoutes = (db: Db, checkTopics: CheckTopics): Endpoint[] => [
  endpoint(routes.create, async ({ principal, body: { topics } }) => {
    await checkTopics(principal, topics)
    const ticket = newSecret('trk')
    const { credentialId } = principal
    const expires_at = await addTicket(db, {
      hash: hashSecret(ticket),
      credentialId,
      topics,
      lifeSeconds: TICKET_LIFE_SECONDS,
    })
    return created({ ticket, expires_at })
  }),
]

/** Redeems a ticket. @throws Problem 401 if it was used before, has expired, or its session or token has ended */
export async function useTicket(db: Db, ticket: string): Promise<TicketGrant> {
  const redeemed = await redeemTicket(db, hashSecret(ticket))
  const credential = redeemed && (await credentialById(db, redeemed.credential_id))
  if (!credential) throw unauthorized('This ticket has already been used or has expired.', 'invalid_credential')
  return { principal: principalOf(credential), topics: redeemed.topics }
}

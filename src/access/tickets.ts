import type { Endpoint, Principal } from '../api'
import type { Db } from '../base/db'
import { hashSecret, newSecret } from '../base/ids'
import { z } from '../base/parse'
import { principalOf } from './credentials'
import { endpoint } from './endpoint'
import { unauthorized } from './requests'
import { plainText } from './schemas'
import { addTicket, credentialById, takeTicket } from './store'

const TICKET_LIFE_SECONDS = 30
const TOPICS_MAX = 50

/** @throws Problem when a topic is malformed (400) or not there for this principal (404) */
export type CheckTopics = (principal: Principal, topics: string[]) => Promise<void>

/** What a ticket opens: streams of these topics, as the principal who asked for it. */
export interface Admission {
  principal: Principal
  topics: string[]
}

export const ticketRoutes = (db: Db, checkTopics: CheckTopics): Endpoint[] => [
  endpoint({
    method: 'post',
    path: '/api/tickets',
    role: 'viewer',
    summary: 'Makes a one-time ticket that opens a WebSocket from another site within 30 seconds.',
    body: z.strictObject({ topics: z.array(plainText(200)).min(1).max(TOPICS_MAX) }),
    replies: { 201: z.object({ ticket: z.string(), expires_at: z.date() }) },
    async handle({ principal, body: { topics } }) {
      await checkTopics(principal, topics)
      const ticket = newSecret('trk')
      const { credentialId } = principal
      const expires_at = await addTicket(db, {
        hash: hashSecret(ticket),
        credentialId,
        topics,
        lifeSeconds: TICKET_LIFE_SECONDS,
      })
      return { status: 201, body: { ticket, expires_at } }
    },
  }),
]

/** Uses a ticket up. @throws Problem 401 when it was used already, is too old, or its session or token has ended */
export async function useTicket(db: Db, ticket: string): Promise<Admission> {
  const taken = await takeTicket(db, hashSecret(ticket))
  const credential = taken && (await credentialById(db, taken.credential_id))
  if (!credential) throw unauthorized('This ticket has been used already, or is too old.', 'invalid_credential')
  return { principal: principalOf(credential), topics: taken.topics }
}

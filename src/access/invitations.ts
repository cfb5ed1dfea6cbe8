import type { Request } from 'express'
import type { Principal } from '../api'
import type { Transaction } from '../base/db'
import { conflict } from '../base/errors'
import { newId } from '../base/ids'
import { linkHost } from '../base/link-host'
import type { Role } from '../contract/access'
import { latestExpiry } from './created-store'
import { addMember, type MemberRow } from './member-store'
import type { SignIn } from './sign-in'

const LINK_LIFE_MS = 3 * 24 * 3_600_000

/** Adds members and creates their one-time links. Nothing is sent: the admin passes the link on. */
export interface Invitations {
  /** @throws Problem 409 when the address already belongs to a member of any tenant */
  invite(trx: Transaction, member: { tenantId: string; email: string; name: string; role: Role }): Promise<MemberRow>
  /**
   * The link expires early if its creator loses the right to create links.
   * @param req provides the address of this server unless PUBLIC_URL is set
   */
  linkFor(
    trx: Transaction,
    memberId: string,
    creator: Principal,
    req: Request,
  ): Promise<{ link: string; expires_at: Date }>
}

export function createInvitations(signIn: SignIn, publicUrl: string | undefined): Invitations {
  return {
    async invite(trx, member) {
      const added = await addMember(trx, { ...member, id: newId() })
      if (added) return added
      throw conflict('email_taken', 'This address already belongs to a member; it can belong to one tenant only.')
    },
    async linkFor(trx, memberId, creator, req) {
      const latest = await latestExpiry(trx, creator)
      const expiresAt = new Date(Math.min(Date.now() + LINK_LIFE_MS, latest?.getTime() ?? Number.POSITIVE_INFINITY))
      const code = await signIn.createCode(memberId, { expiresAt, createdBy: creator.actor.id }, trx)
      return { link: signInLink(publicUrl ?? `${req.protocol}://${linkHost(req)}`, code), expires_at: expiresAt }
    },
  }
}

export const signInLink = (baseUrl: string, code: string) => `${baseUrl.replace(/\/$/, '')}/sign-in?code=${code}`

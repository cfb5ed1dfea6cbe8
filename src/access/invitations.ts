import type { Request } from 'express'
import type { Principal } from '../api'
import type { Transaction } from '../base/db'
import { conflict } from '../base/errors'
import { newId } from '../base/ids'
import { ownHost } from '../base/own-host'
import { z } from '../base/parse'
import type { Role } from '../contract/access'
import { endOf } from './made-store'
import { addMember } from './member-store'
import { plainText } from './schemas'
import type { SignInDesk } from './sign-in'

const LIFE_MS = 3 * 24 * 3_600_000

export const newMember = z.strictObject({ email: z.email().max(320), name: plainText(200) })

/** A one-time link: whoever opens it is signed in as that member. It is a secret, shown once. */
export const linkFields = { link: z.string(), expires_at: z.date() }

interface Link {
  link: string
  expires_at: Date
}

/** Makes members and the links they come in by; nothing is sent, the admin hands the link over. */
export interface Invitations {
  /** @throws Problem 409 when the address belongs to a member already, of whatever tenant */
  invite(trx: Transaction, member: { tenantId: string; email: string; name: string; role: Role }): Promise<string>
  /**
   * The link ends before its time when who made it may make none any more.
   * @param req tells an address of this machine, unless PUBLIC_URL says how people reach it
   */
  linkFor(trx: Transaction, memberId: string, by: Principal, req: Request): Promise<Link>
}

export function createInvitations(desk: SignInDesk, publicUrl: string | undefined): Invitations {
  return {
    async invite(trx, member) {
      const id = newId()
      if (await addMember(trx, { ...member, id })) return id
      throw conflict('email_taken', 'This address belongs to a member already; it can belong to one tenant only.')
    },
    async linkFor(trx, memberId, by, req) {
      const most = await endOf(trx, by)
      const expiresAt = new Date(Math.min(Date.now() + LIFE_MS, most?.getTime() ?? Number.POSITIVE_INFINITY))
      const code = await desk.makeCode(memberId, { expiresAt, madeBy: by.actor.id }, trx)
      return { link: signInLink(publicUrl ?? `${req.protocol}://${ownHost(req)}`, code), expires_at: expiresAt }
    },
  }
}

export const signInLink = (baseUrl: string, code: string) => `${baseUrl.replace(/\/$/, '')}/sign-in?code=${code}`

import type { Principal } from '../api'
import type { Db } from '../base/db'
import { Problem } from '../base/errors'
import { hashSecret, newId, newSecret } from '../base/ids'
import { z } from '../base/parse'
import type { Actor } from '../contract/access'
import { clientKey } from './addresses'
import { createAttempts } from './attempts'
import type { Audit } from './audit'
import { type Credentials, principalOf, SESSION_LIFE_SECONDS } from './credentials'
import { foldEmail } from './email'
import { passwordMatches } from './password'
import { plainText } from './schemas'
import { addSession, putCode, takeCode, type User, userByEmail, userById } from './store'

const WINDOW_MS = 5 * 60_000
const LIMITS = {
  client: { name: 'sign-in client', max: 30, windowMs: WINDOW_MS },
  /** Of one network at one account, far below the next, so that one attacker does not lock out the owner. */
  pair: { name: 'sign-in pair', max: 10, windowMs: WINDOW_MS },
  /** Of all networks together. Links and tokens still let the owner in. */
  account: { name: 'sign-in account', max: 100, windowMs: WINDOW_MS },
}
const AGENT_LENGTH_MAX = 200

const secret = z.string().min(1).max(1024)
/** The three ways in; exactly one is given. */
export const signInBody = z.union(
  [
    z.strictObject({ email: plainText(320), password: z.string().min(1).max(1024) }),
    z.strictObject({ token: secret }),
    z.strictObject({ code: secret }),
  ],
  { error: 'Give {email, password}, {token} or {code}.' },
)
type SignIn = z.infer<typeof signInBody>

/** Whom a new session stands for. */
interface Holder {
  tenantId: string
  userId: string | null
  tokenId: string | null
}

/** Where somebody signs in. */
interface Place {
  ip: string
  /** As the browser names itself. */
  agent?: string | undefined
}

export interface CodeLife {
  expiresAt: Date
  /** The member or token with whose rights it ends; null: the program itself. */
  madeBy: string | null
}

export interface SignInDesk {
  /** @returns the session's secret, for its cookie. @throws Problem 401 or 429 */
  open(given: SignIn, place: Place): Promise<string>
  /** A one-time code for a user, in place of the one before. */
  makeCode(userId: string, life: CodeLife, trx?: Db): Promise<string>
}

/** @param ownTenantId is told of refused sign-ins that no other tenant can be told of */
export function createSignInDesk(db: Db, credentials: Credentials, audit: Audit, ownTenantId: string): SignInDesk {
  const clients = createAttempts(db, LIMITS.client)
  const pairs = createAttempts(db, LIMITS.pair)
  const accounts = createAttempts(db, LIMITS.account)

  /** Does the same for an address that nobody has: neither the answer nor its time shall tell. */
  async function byPassword(email: string, password: string, client: string): Promise<Holder | undefined> {
    const account = foldEmail(email)
    const taken = [await pairs.take(`${client} ${account}`), await accounts.take(account)]
    const user = await userByEmail(db, account)
    const fits = await passwordMatches(password, user?.password_hash)
    if (user && fits) {
      for (const takeBack of taken) await takeBack()
      return { tenantId: user.tenant_id, userId: user.id, tokenId: null }
    }
    await audit.record({
      by: user ? { tenantId: user.tenant_id, actor: actorOf(user) } : { tenantId: ownTenantId, actor: STRANGER },
      action: 'session.create',
      result: 'refused',
      data: { by: 'password', client },
    })
    return undefined
  }

  async function byToken(token: string): Promise<Holder | undefined> {
    const credential = await credentials.find(token)
    if (credential?.kind !== 'token') return undefined
    return { tenantId: credential.tenant_id, userId: null, tokenId: credential.id }
  }

  async function byCode(code: string): Promise<Holder | undefined> {
    const taken = await takeCode(db, hashSecret(code))
    const user = taken && (await userById(db, taken.user_id))
    return user && { tenantId: user.tenant_id, userId: user.id, tokenId: null }
  }

  function holderOf(given: SignIn, client: string): Promise<Holder | undefined> {
    if ('token' in given) return byToken(given.token)
    if ('code' in given) return byCode(given.code)
    return byPassword(given.email, given.password, client)
  }

  return {
    async open(given, { ip, agent = '' }) {
      const client = clientKey(ip)
      const takeBack = await clients.take(client)
      const holder = await holderOf(given, client)
      if (!holder) throw refusal(given)
      await takeBack()
      const session = newSecret('trs')
      const id = newId()
      const place = { client: ip, agent: agent.slice(0, AGENT_LENGTH_MAX) }
      await addSession(db, { ...holder, ...place, id, hash: hashSecret(session), lifeSeconds: SESSION_LIFE_SECONDS })
      const by = await principalOfNew(credentials, session)
      await audit.record({ by, action: 'session.create', target: { type: 'session', id }, data: { by: wayOf(given) } })
      return session
    },
    async makeCode(userId, life, trx = db) {
      const code = newSecret('trc')
      await putCode(trx, { hash: hashSecret(code), userId, ...life })
      return code
    },
  }
}

/** What was typed as the address is not kept: it may be a password. */
const STRANGER: Actor = { type: 'system', id: null, name: 'unknown address' }
const actorOf = ({ id, name }: User): Actor => ({ type: 'user', id, name })

async function principalOfNew(credentials: Credentials, session: string): Promise<Principal> {
  const credential = await credentials.find(session)
  if (!credential) throw refusal({ token: '' }) // revoked between the two statements
  return principalOf(credential)
}

const wayOf = (given: SignIn) => ('token' in given ? 'token' : 'code' in given ? 'code' : 'password')

const REFUSALS = {
  token: 'Token is invalid or expired.',
  code: 'This link has expired or was already used. Ask an admin for a new one, or sign in with a token.',
  password: 'E-mail or password is incorrect.',
}

/** No WWW-Authenticate: it would tell browsers to ask for a token here. */
const refusal = (given: SignIn) => new Problem(401, 'sign_in_refused', REFUSALS[wayOf(given)])

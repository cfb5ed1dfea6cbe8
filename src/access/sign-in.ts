import type { Principal } from '../api'
import type { Db } from '../base/db'
import { Problem } from '../base/errors'
import { hashSecret, newId, newSecret } from '../base/ids'
import type { Actor } from '../contract/access'
import type { SignInRequest } from '../contract/sessions'
import { clientKey } from './addresses'
import { createAttemptLimit } from './attempts'
import type { Audit } from './audit'
import { type Credentials, principalOf, SESSION_LIFE_SECONDS } from './credentials'
import { foldEmail } from './email'
import { passwordMatches } from './password'
import { addSession } from './session-store'
import { putCode, redeemCode, type User, userByEmail, userById } from './user-store'

const WINDOW_MS = 5 * 60_000
const LIMITS = {
  client: { name: 'sign-in client', max: 30, windowMs: WINDOW_MS },
  /** One network and one account; far below the next limit, so that a single attacker cannot lock out the owner. */
  pair: { name: 'sign-in pair', max: 10, windowMs: WINDOW_MS },
  /** All networks and one account. The owner can still sign in with a link or a token. */
  account: { name: 'sign-in account', max: 100, windowMs: WINDOW_MS },
}
const AGENT_LENGTH_MAX = 200

/** The member or token that a new session belongs to. */
interface Holder {
  tenantId: string
  userId: string | null
  tokenId: string | null
}

/** The browser that signs in. */
interface Client {
  ip: string
  /** Its User-Agent. */
  agent?: string | undefined
}

export interface SignIn {
  /** @returns the session's secret, for its cookie. @throws Problem 401 or 429 */
  openSession(request: SignInRequest, client: Client): Promise<string>
  /**
   * Creates a one-time code for a user, which replaces the previous one.
   * @param code `createdBy` is the member or token whose removal also ends the code; null: the program itself
   */
  createCode(userId: string, code: { expiresAt: Date; createdBy: string | null }, trx?: Db): Promise<string>
}

/** @param defaultTenantId gets the audit records of refused sign-ins that belong to no other tenant */
export function createSignIn(db: Db, credentials: Credentials, audit: Audit, defaultTenantId: string): SignIn {
  const clients = createAttemptLimit(db, LIMITS.client)
  const pairs = createAttemptLimit(db, LIMITS.pair)
  const accounts = createAttemptLimit(db, LIMITS.account)

  /**
   * Does the same work for an unknown address: neither the response nor its timing reveals whether an account exists.
   */
  async function byPassword(email: string, password: string, client: string): Promise<Holder | undefined> {
    const account = foldEmail(email)
    const counted = [await pairs.count(`${client} ${account}`), await accounts.count(account)]
    const user = await userByEmail(db, account)
    const matches = await passwordMatches(password, user?.password_hash)
    if (user && matches) {
      for (const uncount of counted) await uncount()
      return { tenantId: user.tenant_id, userId: user.id, tokenId: null }
    }
    await audit.record({
      by: user ? { tenantId: user.tenant_id, actor: actorOf(user) } : { tenantId: defaultTenantId, actor: UNKNOWN },
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
    const redeemed = await redeemCode(db, hashSecret(code))
    const user = redeemed && (await userById(db, redeemed.user_id))
    return user && { tenantId: user.tenant_id, userId: user.id, tokenId: null }
  }

  function holderOf(request: SignInRequest, client: string): Promise<Holder | undefined> {
    if ('token' in request) return byToken(request.token)
    if ('code' in request) return byCode(request.code)
    return byPassword(request.email, request.password, client)
  }

  return {
    async openSession(request, { ip, agent = '' }) {
      const client = clientKey(ip)
      const uncount = await clients.count(client)
      const holder = await holderOf(request, client)
      if (!holder) throw refusal(request)
      await uncount()
      const secret = newSecret('trs')
      const id = newId()
      await addSession(db, {
        ...holder,
        id,
        client: ip,
        agent: agent.slice(0, AGENT_LENGTH_MAX),
        hash: hashSecret(secret),
        lifeSeconds: SESSION_LIFE_SECONDS,
      })
      const by = await principalOfNew(credentials, secret)
      const data = { by: methodOf(request) }
      await audit.record({ by, action: 'session.create', target: { type: 'session', id }, data })
      return secret
    },
    async createCode(userId, { expiresAt, createdBy }, trx = db) {
      const code = newSecret('trc')
      await putCode(trx, { hash: hashSecret(code), userId, createdBy, expiresAt })
      return code
    },
  }
}

/** The e-mail field is not recorded: it may hold a password. */
const UNKNOWN: Actor = { type: 'system', id: null, name: 'unknown address' }
const actorOf = ({ id, name }: User): Actor => ({ type: 'user', id, name })

async function principalOfNew(credentials: Credentials, secret: string): Promise<Principal> {
  const credential = await credentials.find(secret)
  if (!credential) throw refusal({ token: '' }) // revoked since it was added
  return principalOf(credential)
}

const methodOf = (request: SignInRequest) => ('token' in request ? 'token' : 'code' in request ? 'code' : 'password')

const REFUSALS = {
  token: 'Token is invalid or expired.',
  code: 'This link has expired or was already used. Ask an admin for a new one, or sign in with a token.',
  password: 'E-mail or password is incorrect.',
}

/** Without WWW-Authenticate, which would make browsers prompt for credentials. */
const refusal = (request: SignInRequest) => new Problem(401, 'sign_in_refused', REFUSALS[methodOf(request)])

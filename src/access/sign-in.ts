import type { Db } from '../base/db'
import { Problem } from '../base/errors'
import { hashSecret, newId, newSecret } from '../base/ids'
import { z } from '../base/parse'
import { clientKey } from './addresses'
import { createAttempts } from './attempts'
import type { Audit } from './audit'
import { type Credentials, principalOf, SESSION_LIFE_SECONDS } from './credentials'
import { passwordMatches } from './password'
import type { Principal } from './principal'
import { plainText } from './schemas'
import { addCode, addSession, takeCode, userByEmail, userById } from './store'

const CODE_LIFE_SECONDS = 15 * 60
const FAILURES = { windowMs: 5 * 60_000, perClient: 30, perAccount: 10 }

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

export interface SignInDesk {
  /** @returns the session's secret, for its cookie. @throws Problem 401 or 429 */
  open(given: SignIn, ip: string): Promise<string>
  /** A one-time code for a user, worth 15 minutes. */
  makeCode(userId: string): Promise<string>
}

export function createSignInDesk(db: Db, credentials: Credentials, audit: Audit): SignInDesk {
  const { windowMs, perClient, perAccount } = FAILURES
  const clients = createAttempts({ max: perClient, windowMs })
  /** Per account and network, so that an attacker cannot lock out the owner of an address. */
  const accounts = createAttempts({ max: perAccount, windowMs })

  async function byPassword(email: string, password: string, client: string): Promise<Holder | undefined> {
    const takeBack = accounts.take(`${client} ${email.toLowerCase()}`)
    const user = await userByEmail(db, email)
    if (await passwordMatches(password, user?.password_hash)) {
      takeBack()
      return user && { tenantId: user.tenant_id, userId: user.id, tokenId: null }
    }
    if (user)
      await audit.record({
        by: { tenantId: user.tenant_id, actor: { type: 'user', id: user.id, name: user.name } },
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
    async open(given, ip) {
      const client = clientKey(ip)
      const takeBack = clients.take(client)
      const holder = await holderOf(given, client)
      if (!holder) throw refusal(given)
      takeBack()
      const session = newSecret('trs')
      const id = newId()
      await addSession(db, { ...holder, id, hash: hashSecret(session), lifeSeconds: SESSION_LIFE_SECONDS })
      const by = await principalOfNew(credentials, session)
      await audit.record({ by, action: 'session.create', target: { type: 'session', id }, data: { by: wayOf(given) } })
      return session
    },
    async makeCode(userId) {
      const code = newSecret('trc')
      await addCode(db, { hash: hashSecret(code), userId, lifeSeconds: CODE_LIFE_SECONDS })
      return code
    },
  }
}

async function principalOfNew(credentials: Credentials, session: string): Promise<Principal> {
  const credential = await credentials.find(session)
  if (!credential) throw refusal({ token: '' }) // revoked between the two statements
  return principalOf(credential)
}

const wayOf = (given: SignIn) => ('token' in given ? 'token' : 'code' in given ? 'code' : 'password')

const REFUSALS = {
  token: 'This token is not valid, or not any more.',
  code: 'This link has been used already or is older than 15 minutes. Restart the program or sign in with a token.',
  password: 'E-mail address and password do not belong together.',
}

/** No WWW-Authenticate: it would tell browsers to ask for a token here. */
const refusal = (given: SignIn) => new Problem(401, 'sign_in_refused', REFUSALS[wayOf(given)])

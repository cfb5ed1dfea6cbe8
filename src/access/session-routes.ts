import type { Response } from 'express'
import { created, type Endpoint, endpoint, noContent, ok, type Principal, runsInstallation } from '../api'
import type { Db } from '../base/db'
import { badRequest, Problem } from '../base/errors'
import { Lru } from '../base/lru'
import { type PasswordChange, sessionRoutes as routes } from '../contract/sessions'
import { createAttemptLimit } from './attempts'
import type { Audit } from './audit'
import { type Credentials, principalOf, SESSION_LIFE_SECONDS } from './credentials'
import { hashPassword, passwordMatches } from './password'
import type { Revocations } from './revocations'
import type { SessionCookie } from './session-cookie'
import { removeOtherSessions, removeSession } from './session-store'
import type { SignIn } from './sign-in'
import { tenantById } from './tenant-store'
import { removeCode, setPasswordHash, userById } from './user-store'

/** Keeps the thief of a session from guessing the password with it. */
const PASSWORD_GUESSES = { name: 'present password', max: 10, windowMs: 15 * 60_000 }

/** Tenants that are remembered: none is renamed or deleted. */
const TENANTS_MAX = 1_000
type Tenants = Lru<string, Awaited<ReturnType<typeof tenantById>>>

interface Deps {
  db: Db
  credentials: Credentials
  signIn: SignIn
  audit: Audit
  revocations: Revocations
  cookie: SessionCookie
}

export const sessionRoutes = (deps: Deps): Endpoint[] => {
  const guesses = createAttemptLimit(deps.db, PASSWORD_GUESSES)
  const tenants: Tenants = new Lru(TENANTS_MAX)
  return [
    endpoint(routes.signIn, async ({ body, req, res }) => {
      const secret = await deps.signIn.openSession(body, { ip: req.ip ?? '', agent: req.get('user-agent') })
      const previous = await deps.credentials.findSession(req)
      if (previous) await endSession(deps, principalOf(previous.credential))
      deps.cookie.set(res, secret, SESSION_LIFE_SECONDS)
      const credential = await deps.credentials.find(secret)
      if (!credential) throw new Problem(401, 'sign_in_refused', 'This session has already ended.')
      return created(await describeCaller(deps.db, tenants, principalOf(credential)))
    }),
    endpoint(routes.me, async ({ principal, req, res }) => {
      await renewCookie(deps, req, res)
      return ok(await describeCaller(deps.db, tenants, principal))
    }),
    endpoint(routes.signOut, async ({ principal, res }) => {
      if (!(await endSession(deps, principal)))
        throw new Problem(
          409,
          'not_a_session',
          'A token has no session to end. Use DELETE /api/tokens/{id} to revoke it.',
        )
      deps.cookie.set(res, '', 0)
      return noContent()
    }),
    endpoint(routes.setPassword, async ({ principal, body }) => {
      const uncount = await guesses.count(principal.actor.id ?? '')
      await changePassword(deps, principal, body)
      await uncount()
      return noContent()
    }),
  ]
}

/** @returns whether there was one */
async function endSession({ db, audit, revocations }: Deps, principal: Principal): Promise<boolean> {
  const { tenantId, credentialId: id } = principal
  if (!(await removeSession(db, { tenantId, id }))) return false
  revocations.announceEnded([id])
  await audit.record({ by: principal, action: 'session.end', target: { type: 'session', id } })
  return true
}

async function changePassword(
  { db, audit, revocations }: Deps,
  principal: Principal,
  { password, current_password }: PasswordChange,
): Promise<void> {
  const { actor, credentialId } = principal
  const user = actor.type === 'user' && actor.id ? await userById(db, actor.id) : undefined
  if (!user) throw new Problem(409, 'not_a_user', 'Only members have a password. This is an API token.')
  if (user.password_hash && !(await passwordMatches(current_password ?? '', user.password_hash)))
    throw badRequest([{ path: 'body.current_password', message: 'This is not the current password.' }])
  const hash = await hashPassword(password)
  const ended = await db.transaction(async trx => {
    await setPasswordHash(trx, user.id, hash)
    await removeCode(trx, user.id)
    await audit.record({ by: principal, action: 'password.set', target: { type: 'user', id: user.id } }, trx)
    return removeOtherSessions(trx, user.id, credentialId)
  })
  revocations.announceEnded(ended)
}

async function describeCaller(db: Db, tenants: Tenants, principal: Principal) {
  const { tenantId, role, actor } = principal
  const tenant = tenants.get(tenantId) ?? (await tenantById(db, tenantId))
  tenants.set(tenantId, tenant)
  const user = actor.type === 'user' && actor.id ? await userById(db, actor.id) : undefined
  const has_password = user ? user.password_hash !== null : null
  return { tenant, role, name: actor.name, actor, has_password, runs_installation: runsInstallation(principal) }
}

/** Each use extends a session by 30 days, so the cookie's expiry has to move with it. */
export async function renewCookie(
  { credentials, cookie }: Pick<Deps, 'credentials' | 'cookie'>,
  req: Parameters<Credentials['findSession']>[0],
  res: Response,
): Promise<void> {
  const session = await credentials.findSession(req)
  if (session) cookie.set(res, session.secret, SESSION_LIFE_SECONDS)
}
